import { Hono } from 'hono'
import { collectDefaultMetrics, Gauge as PrometheusGauge, Registry } from 'prom-client'

/** A figure that is found out when it is asked for. */
export type Gauge = { name: string; help: string; value: () => number | Promise<number> }

/** For operators: is it alive, may it be sent requests, how is it doing. */
export function healthRoutes({
  isReady,
  gauges,
}: {
  /** Whether requests are served right now: false before the database answers, and while stopping. */
  isReady: () => Promise<boolean>
  gauges: Gauge[]
}) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const { name, help, value } of gauges) {
    new PrometheusGauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await value())
      },
    })
  }
  const routes = new Hono()
  routes.get('/health/live', (c) => c.json({ status: 'ok' }))
  routes.get('/health/ready', async (c) =>
    (await isReady()) ? c.json({ status: 'ok' }) : c.json({ status: 'not ready' }, 503),
  )
  routes.get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  )
  return routes
}

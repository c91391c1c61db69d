"""A Prometheus query API over the rehearsed telemetry: an honest subset of PromQL, the vendor's answers and errors."""

namespace LoraFaaS.ServiceDefaults.Health;

/// <summary>A part of a host that can say whether it is well. Registered as a singleton; asked on every <c>/healthz</c>, so it must not wait for anything.</summary>
public interface IHealthSource
{
    HealthReading Read();
}

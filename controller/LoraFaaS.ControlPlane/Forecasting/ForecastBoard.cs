using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>Where the newest forecasts hang: one writes, anybody reads.</summary>
public sealed class ForecastBoard : IForecasts
{
    private ForecastSnapshot _current = ForecastSnapshot.None;

    public ForecastSnapshot Current => Volatile.Read(ref _current);

    internal void Publish(ForecastSnapshot snapshot) => Volatile.Write(ref _current, snapshot);
}

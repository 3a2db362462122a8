using LoraFaaS.ControlPlane.Forecasting;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What is expected of every function, for whoever plans. Reading it costs nothing and waits for nobody.</summary>
public interface IForecasts
{
    /// <summary>The newest; made anew each minute, for busy functions each ten seconds. <see cref="ForecastSnapshot.None"/> until the first minute is over.</summary>
    ForecastSnapshot Current { get; }
}

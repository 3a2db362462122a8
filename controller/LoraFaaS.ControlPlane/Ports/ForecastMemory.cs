namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What <see cref="IForecastStore"/> keeps.</summary>
public enum ForecastMemory
{
    /// <summary>The histories of all functions.</summary>
    Histories,

    /// <summary>The network's checkpoint.</summary>
    Network,
}

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What <see cref="IForecastStore"/> keeps.</summary>
public enum ForecastMemory
{
    /// <summary>The histories of all functions, and whom the gate believes of each.</summary>
    Histories,

    /// <summary>The network's checkpoint.</summary>
    Network,

    /// <summary>The lessons that it learns from.</summary>
    Lessons,
}

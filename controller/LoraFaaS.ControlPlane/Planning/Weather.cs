using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Failures of a store that pass by themselves: a loop logs them and looks again at its next turn.</summary>
public static class Weather
{
    public static bool Passes(this Exception exception) => exception is StoreUnavailableException or WarmStateUnavailableException;
}

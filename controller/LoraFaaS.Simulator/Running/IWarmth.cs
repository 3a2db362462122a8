namespace LoraFaaS.Simulator.Running;

/// <summary>When a system keeps, brings and drops what: the part that the baselines differ in most.</summary>
internal interface IWarmth
{
    /// <summary>Seconds between ticks; infinite: none.</summary>
    double Interval { get; }

    void Begin(Simulation simulation);

    void Arrived(Simulation simulation, int function);

    void Tick(Simulation simulation);

    /// <summary>A process has nothing left to do: for how many seconds it may stay if nobody needs its bytes.</summary>
    double KeepFor(Simulation simulation, SandboxState sandbox);

    /// <summary>A shared backbone that no process uses: for how many seconds it may stay.</summary>
    double KeepBackboneFor(Simulation simulation, int device, int backbone);

    /// <summary>Which adapter leaves first when bytes are needed: the least.</summary>
    double ValueOf(Simulation simulation, int device, int function);

    /// <summary>Where a call goes.</summary>
    int Route(Simulation simulation, int function);
}

namespace LoraFaaS.Simulator.Running;

/// <summary>What became of each call, as columns.</summary>
internal sealed class CallLog(int calls)
{
    /// <summary>Artifacts in place, seconds; NaN: never.</summary>
    public double[] Ready { get; } = Filled(calls);

    public double[] FirstToken { get; } = Filled(calls);

    public double[] Done { get; } = Filled(calls);

    /// <summary>Seconds its artifacts took.</summary>
    public float[] Cold { get; } = new float[calls];

    /// <summary>What it had to wait for: 0 nothing, 1 adapter, 2 process, 3 backbone.</summary>
    public byte[] ColdBy { get; } = new byte[calls];

    /// <summary>The tier its adapter was found at: 0 remote, 1 disk, 2 host, 3 device.</summary>
    public byte[] Found { get; } = new byte[calls];

    public bool[] Refused { get; } = new bool[calls];

    public int[] Sandbox { get; } = new int[calls];

    private static double[] Filled(int calls)
    {
        var values = new double[calls];
        Array.Fill(values, double.NaN);
        return values;
    }
}

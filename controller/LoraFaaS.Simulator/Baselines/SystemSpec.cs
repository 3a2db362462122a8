namespace LoraFaaS.Simulator.Baselines;

/// <summary>What a system is made of, apart from when it keeps and brings what: its mechanisms.</summary>
public sealed record SystemSpec
{
    public required string Name { get; init; }

    /// <summary>One copy of a backbone on a device serves all processes there; else each process has its own.</summary>
    public bool SharesBackbone { get; init; }

    /// <summary>One process per backbone and device, whose batches mix functions; else each function has its own.</summary>
    public bool SharesProcess { get; init; }

    /// <summary>Devices are rented as a whole and processes are there from the start.</summary>
    public bool AlwaysOn { get; init; }

    public bool FastLoader { get; init; }

    /// <summary>Process, backbone and adapter are brought at the same time instead of one after the other.</summary>
    public bool Overlaps { get; init; }

    /// <summary>
    /// Processes that wait blank on each device, with libraries, context and kernels. They hold memory and are paid for as idle; one that is taken is
    /// replaced by another start from nothing.
    /// </summary>
    public int Blanks { get; init; }

    /// <summary>Prefill and decoding share a step: what decodes goes on, a token for each prefill, at the price of its own rows. Else decoding stands still meanwhile.</summary>
    public bool MixesPrefill { get; init; }

    /// <summary>A load stops the process's decoding while it lasts.</summary>
    public bool LoadsStall { get; init; }

    /// <summary>Attaching an adapter, milliseconds; null: the cluster's.</summary>
    public double? AttachMs { get; init; }

    /// <summary>Copying to the device, milliseconds a megabyte; null: the cluster's link.</summary>
    public double? CopyMsPerMegabyte { get; init; }

    /// <summary>Share of the free device memory that sequences can use: the rest is lost to fragmentation.</summary>
    public double MemoryUse { get; init; } = 0.9;

    public int MostBatch { get; init; } = 64;

    /// <summary>Sequences that a process runs at once; where the worker's queue judges, its slots.</summary>
    public int MostRunning => JudgesQueue ? MostBatch : 4 * MostBatch;

    /// <summary>Calls whose first token cannot come in time are refused when they would start (S-LoRA's early abort).</summary>
    public bool Refuses { get; init; }

    /// <summary>Calls are refused by the worker's queue policy: behind what waits they would be late, alone they would not.</summary>
    public bool JudgesQueue { get; init; }

    /// <summary>Added to each decode step, as a share: unmerged adapters.</summary>
    public double StepOverhead { get; init; }

    /// <summary>Adapters lie in host memory from the start.</summary>
    public bool AdaptersInHost { get; init; }

    /// <summary>Wait before a dispatch, milliseconds: a router that polls.</summary>
    public double DispatchMs { get; init; }
}

using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Simulator.Running;

/// <summary>
/// A process on a device. Its running sequences share one virtual clock that counts tokens: each ends at a token count of it, so that a change of speed
/// touches the clock and no sequence.
/// </summary>
internal sealed class SandboxState(int device, int domain, int backbone)
{
    public int Device { get; } = device;

    public int Domain { get; } = domain;

    public int Backbone { get; } = backbone;

    public int Index { get; init; }

    public bool Exists { get; set; }

    public double ReadyAt { get; set; }

    /// <summary>Counted among its backbone's busy processes.</summary>
    public bool IsCounted { get; set; }

    public bool KernelsWarm { get; set; }

    public IntQueue Queue { get; } = new();

    /// <summary>Of its first calls: so many have a place in the process, where the worker's queue gives them.</summary>
    public int Granted { get; set; }

    /// <summary>Calls whose turn had come when their adapter was gone, and which now have it again: they are next.</summary>
    public IntQueue Back { get; } = new();

    /// <summary>Calls whose turn had come and whose adapter is on its way again.</summary>
    public int Awaited { get; set; }

    public FinishHeap Running { get; } = new();

    /// <summary>Calls of the batch that is in prefill.</summary>
    public IntQueue Batch { get; } = new();

    /// <summary>Calls whose artifacts are on their way.</summary>
    public int Loading { get; set; }

    public double Tokens { get; set; }

    public double TokensAt { get; set; }

    public double Rate { get; set; }

    public int Version { get; set; }

    public int IdleVersion { get; set; }

    public double LastUse { get; set; }

    /// <summary>The token count at which the step that a prefill waits for is over.</summary>
    public double StepAt { get; set; }

    /// <summary>Calls wait for that step.</summary>
    public bool AwaitsStep { get; set; }

    /// <summary>No decoding before this instant: a load stalls it.</summary>
    public double StalledUntil { get; set; }

    /// <summary>Device memory of its own: context, adapters, sequences, a backbone that is not shared.</summary>
    public double Gigabytes { get; set; }

    public double BilledAt { get; set; }

    /// <summary>Of the prefill that goes on.</summary>
    public double PrefillMs { get; set; }

    /// <summary>Its end, seconds.</summary>
    public double PrefillUntil { get; set; }

    /// <summary>How long a call kept its place, seconds, by the newest ones.</summary>
    public double Residence { get; set; }

    /// <summary>Times to first token by how many there were, as the worker learns them.</summary>
    public BatchProfile Profile { get; set; } = BatchProfile.Unseen;

    /// <summary>Of its first tokens, while calls wait.</summary>
    public FirstTokenPace Pace { get; set; }

    /// <summary>When the last ones came, seconds; not a number: nobody waited after them.</summary>
    public double FirstTokensAt { get; set; } = double.NaN;

    public bool IsPrefilling => Batch.Count > 0;

    public bool IsComputing => Batch.Count > 0 || Running.Count > 0;

    public bool IsBusy => IsComputing || Waiting > 0 || Loading > 0;

    /// <summary>Calls that have come and do not compute.</summary>
    public int Waiting => Queue.Count + Back.Count + Awaited;
}

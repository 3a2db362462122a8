using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Offloading;

/// <summary>
/// What bringing an artifact one step nearer takes on this machine, learned from what it took so far: milliseconds that do not depend on its size are
/// not told apart, since artifacts of one kind are of one order of size.
/// </summary>
internal sealed class TierCosts
{
    private const double Weight = 0.2;
    private const double Mebibyte = 1 << 20;

    /// <summary>A step believed to take twice what it takes is tried again after some twenty times.</summary>
    private const double Doubted = 0.97;

    private readonly Lock _gate = new();
    private readonly Dictionary<ClimbStep, double> _secondsPerMebibyte = new()
    {
        // Where nothing was measured yet: a slow network, a fair disk, memory. Only their order matters, but for prefixes, which are read only where that is quicker than computing: a good disk, or it would never be tried.
        [ClimbStep.RemoteToDisk] = 0.1,
        [ClimbStep.DiskToHost] = 0.01,
        [ClimbStep.HostToDevice] = 0.002,
        [ClimbStep.PrefixCompute] = 0.2,
        [ClimbStep.PrefixRead] = 0.002,
        [ClimbStep.PrefixRestore] = 0.001,
        [ClimbStep.SandboxStart] = 0.05,
        [ClimbStep.BackbonePack] = 0.002,
    };

    private readonly HashSet<ClimbStep> _measured = [];

    public void Observe(ClimbStep step, ByteSize size, TimeSpan took)
    {
        var measured = took.TotalSeconds / Scale(step, size);

        lock (_gate)
        {
            // The first measurement replaces the guess.
            _secondsPerMebibyte[step] += (_measured.Add(step) ? 1 : Weight) * (measured - _secondsPerMebibyte[step]);
        }
    }

    /// <summary>It was passed over as too dear. What is not tried is not measured again, and one bad minute would be believed for ever: each time it is believed a little less.</summary>
    public void Doubt(ClimbStep step)
    {
        lock (_gate)
        {
            _secondsPerMebibyte[step] *= Doubted;
        }
    }

    /// <summary>Milliseconds for a mebibyte (a sandbox's start: in all); null where nothing was measured.</summary>
    public double? MeasuredMs(ClimbStep step)
    {
        lock (_gate)
        {
            return _measured.Contains(step) ? _secondsPerMebibyte[step] * 1_000 : null;
        }
    }

    public TimeSpan Expect(ClimbStep step, ByteSize size)
    {
        lock (_gate)
        {
            return TimeSpan.FromSeconds(_secondsPerMebibyte[step] * Scale(step, size));
        }
    }

    /// <summary>A process starts in its own time, whatever its lease.</summary>
    private static double Scale(ClimbStep step, ByteSize size) => step is ClimbStep.SandboxStart ? 1 : Math.Max(size.Bytes, 4_096) / Mebibyte;
}

namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// A plan in the making, as arrays. Roots are backbones (absent, host, device) and sandboxes at workers; a function has at most one home,
/// a worker and a level: none, disk, host, device, device with prefix. Knows what is allowed, what fits and what it is worth; chooses nothing.
/// A call goes where it saves most, so a function's worth is its probability times the most that any worker saves it.
/// </summary>
internal sealed class PlanBoard
{
    public const int Disk = 0;
    public const int Host = 1;
    public const int Device = 2;
    public const int Tiers = 3;
    public const int TopLevel = 4;

    private readonly double[] _rootBest;
    private readonly WorkerSets _withBackbone;
    private readonly WorkerSets _withSandbox;
    private readonly HomeLists _homes;

    public PlanBoard(PlanFacts facts)
    {
        Facts = facts;
        Backbones = new byte[facts.Workers * facts.Backbones];
        Sandboxes = new bool[facts.Workers * facts.Sandboxes];
        Free = [.. facts.Capacity];
        Blanks = [.. facts.Blanks];
        Home = new int[facts.Functions];
        Level = new byte[facts.Functions];
        _rootBest = new double[facts.Sandboxes];
        _withBackbone = new WorkerSets(facts.Backbones, facts.Workers);
        _withSandbox = new WorkerSets(facts.Sandboxes, facts.Workers);
        _homes = new HomeLists(facts.Workers * Tiers, facts.Functions);
        Array.Fill(Home, -1);
    }

    public PlanFacts Facts { get; }

    /// <summary>0 absent, 1 host, 2 device; worker-major.</summary>
    public byte[] Backbones { get; }

    public bool[] Sandboxes { get; }

    public long[] Free { get; }

    public int[] Blanks { get; }

    public int[] Home { get; }

    public byte[] Level { get; }

    public void CopyFrom(PlanBoard other)
    {
        other.Backbones.CopyTo(Backbones, 0);
        other.Sandboxes.CopyTo(Sandboxes, 0);
        other.Free.CopyTo(Free, 0);
        other.Blanks.CopyTo(Blanks, 0);
        other.Home.CopyTo(Home, 0);
        other.Level.CopyTo(Level, 0);
        other._rootBest.CopyTo(_rootBest, 0);
        _withBackbone.CopyFrom(other._withBackbone);
        _withSandbox.CopyFrom(other._withSandbox);
        _homes.CopyFrom(other._homes);
    }

    /// <summary>What a function of a sandbox saves at a worker by its roots alone.</summary>
    public double RootSaves(int worker, int sandbox)
    {
        var backbone = Facts.SandboxBackbone[sandbox];

        return Backbones[(worker * Facts.Backbones) + backbone] switch
        {
            0 => 0,
            1 => Facts.BackboneHostSaves[backbone],
            _ => Facts.BackboneDeviceSaves[backbone] + (Sandboxes[(worker * Facts.Sandboxes) + sandbox] ? Facts.SandboxSaves[sandbox] : 0),
        };
    }

    public bool Allows(int worker, int function, int level)
    {
        var sandbox = Facts.FunctionSandbox[function];

        return level switch
        {
            <= 1 => true,
            2 => Backbones[(worker * Facts.Backbones) + Facts.SandboxBackbone[sandbox]] > 0,
            _ => Sandboxes[(worker * Facts.Sandboxes) + sandbox],
        };
    }

    /// <summary>The first worker from <paramref name="from"/> on that allows a function a level; the number of workers when there is none.</summary>
    public int NextAllowed(int function, int level, int from)
    {
        var sandbox = Facts.FunctionSandbox[function];

        return level switch
        {
            <= 1 => from,
            2 => _withBackbone.Next(Facts.SandboxBackbone[sandbox], from),
            _ => _withSandbox.Next(sandbox, from),
        };
    }

    /// <summary>A function at home at a worker's tier; negative when there is none.</summary>
    public int FirstAt(int worker, int tier) => _homes.First((worker * Tiers) + tier);

    /// <summary>Another one at the same place; negative after the last.</summary>
    public int NextAt(int function) => _homes.Next(function);

    public double SavesAt(int worker, int function, int level) => RootSaves(worker, Facts.FunctionSandbox[function]) + Facts.Saves(function, level);

    /// <summary>Worth of a function as it stands, or as it would stand at another home.</summary>
    public double Worth(int function) => Worth(function, Home[function], Level[function]);

    public double Worth(int function, int worker, int level)
    {
        var saves = _rootBest[Facts.FunctionSandbox[function]];

        if (worker >= 0)
        {
            saves = Math.Max(saves, SavesAt(worker, function, level));
        }

        return Facts.Probability[function] * saves;
    }

    public double TotalWorth()
    {
        var total = 0.0;

        for (var function = 0; function < Facts.Functions; function++)
        {
            total += Worth(function);
        }

        return total;
    }

    /// <summary>Worth, less what the bytes that are held cost.</summary>
    public double Score()
    {
        var floor = Facts.Request.Limits.MinMsPerGiB;

        if (floor <= 0)
        {
            return TotalWorth();
        }

        var held = 0L;

        for (var at = 0; at < Free.Length; at++)
        {
            held += Facts.Capacity[at] - Free[at];
        }

        return TotalWorth() - (floor * held / (1L << 30));
    }

    public bool Fits(int worker, int function, int level)
    {
        var tier = PlanFacts.TierOf(level);
        var free = Free[(worker * Tiers) + tier];

        if (Home[function] == worker && Level[function] > 0 && PlanFacts.TierOf(Level[function]) == tier)
        {
            free += Facts.Bytes(function, Level[function]);
        }

        return Facts.Bytes(function, level) <= free;
    }

    /// <summary>Takes a function from its home and gives it another; level 0 is none.</summary>
    public void Move(int function, int worker, int level)
    {
        if (Home[function] >= 0)
        {
            var before = (Home[function] * Tiers) + PlanFacts.TierOf(Level[function]);
            Free[before] += Facts.Bytes(function, Level[function]);
            _homes.Remove(before, function);
        }

        Home[function] = level == 0 ? -1 : worker;
        Level[function] = (byte)level;

        if (level > 0)
        {
            var now = (worker * Tiers) + PlanFacts.TierOf(level);
            Free[now] -= Facts.Bytes(function, level);
            _homes.Add(now, function);
        }
    }

    /// <summary>Sets a backbone's state at a worker; false and unchanged when it does not fit. Below device its sandboxes must be gone.</summary>
    public bool TrySetBackbone(int worker, int backbone, int state)
    {
        ref var now = ref Backbones[(worker * Facts.Backbones) + backbone];
        var before = now;
        Take(worker, before, backbone, -1);

        if ((state == 1 && Free[(worker * Tiers) + Host] < Facts.BackboneHostBytes[backbone])
            || (state == 2 && Free[(worker * Tiers) + Device] < Facts.BackboneDeviceBytes[backbone]))
        {
            Take(worker, before, backbone, 1);
            return false;
        }

        now = (byte)state;
        Take(worker, state, backbone, 1);
        _withBackbone.Set(backbone, worker, state > 0);
        RefreshRoots(backbone);
        return true;
    }

    public bool TrySetSandbox(int worker, int sandbox, bool there)
    {
        ref var now = ref Sandboxes[(worker * Facts.Sandboxes) + sandbox];

        if (now == there)
        {
            return true;
        }

        var backbone = Facts.SandboxBackbone[sandbox];
        var runs = Facts.SandboxRuns[(worker * Facts.Sandboxes) + sandbox];
        var bytes = Facts.SandboxBytes[sandbox];

        if (there && (Backbones[(worker * Facts.Backbones) + backbone] != 2 || Free[(worker * Tiers) + Device] < bytes || (!runs && Blanks[worker] <= 0)))
        {
            return false;
        }

        now = there;
        _withSandbox.Set(sandbox, worker, there);
        Free[(worker * Tiers) + Device] += there ? -bytes : bytes;
        Blanks[worker] += runs ? 0 : there ? -1 : 1;
        RefreshRoot(sandbox);
        return true;
    }

    /// <summary>Takes everything of a sandbox from a worker: its functions' device homes, then itself.</summary>
    public void DropSandbox(int worker, int sandbox)
    {
        Evict(worker, sandbox, 3);
        TrySetSandbox(worker, sandbox, there: false);
    }

    /// <summary>Takes a backbone and all that needs it from a worker.</summary>
    public void DropBackbone(int worker, int backbone)
    {
        for (var sandbox = 0; sandbox < Facts.Sandboxes; sandbox++)
        {
            if (Facts.SandboxBackbone[sandbox] == backbone)
            {
                Evict(worker, sandbox, 2);
                TrySetSandbox(worker, sandbox, there: false);
            }
        }

        TrySetBackbone(worker, backbone, 0);
    }

    private void Evict(int worker, int sandbox, int fromLevel)
    {
        for (var tier = PlanFacts.TierOf(fromLevel); tier < Tiers; tier++)
        {
            for (var function = FirstAt(worker, tier); function >= 0;)
            {
                var next = NextAt(function);

                if (Facts.FunctionSandbox[function] == sandbox)
                {
                    Move(function, -1, 0);
                }

                function = next;
            }
        }
    }

    private void Take(int worker, int state, int backbone, int sign)
    {
        if (state > 0)
        {
            var tier = state == 1 ? Host : Device;
            Free[(worker * Tiers) + tier] -= sign * (state == 1 ? Facts.BackboneHostBytes[backbone] : Facts.BackboneDeviceBytes[backbone]);
        }
    }

    private void RefreshRoots(int backbone)
    {
        for (var sandbox = 0; sandbox < Facts.Sandboxes; sandbox++)
        {
            if (Facts.SandboxBackbone[sandbox] == backbone)
            {
                RefreshRoot(sandbox);
            }
        }
    }

    private void RefreshRoot(int sandbox)
    {
        var best = 0.0;

        for (var worker = 0; worker < Facts.Workers; worker++)
        {
            best = Math.Max(best, RootSaves(worker, sandbox));
        }

        _rootBest[sandbox] = best;
    }
}

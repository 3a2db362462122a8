using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Policies.Tests.Preloading;

/// <summary>The optimum of a small request by trying everything: every state of every root, then every home of every function. Shares no code with the planner.</summary>
internal sealed class ExhaustivePlan
{
    private readonly PreloadRequest _request;
    private readonly int[,] _backbones;
    private readonly bool[,] _sandboxes;
    private readonly long[,] _free;
    private readonly int[] _blanks;
    private readonly double[] _mostAlone;
    private double _best;

    private ExhaustivePlan(PreloadRequest request)
    {
        _request = request;
        _backbones = new int[request.Workers.Length, request.Backbones.Length];
        _sandboxes = new bool[request.Workers.Length, request.Sandboxes.Length];
        _free = new long[request.Workers.Length, 4];
        _blanks = [.. request.Workers.Select(worker => worker.Blanks)];
        _mostAlone = new double[request.Functions.Length + 1];

        for (var worker = 0; worker < request.Workers.Length; worker++)
        {
            (_free[worker, 1], _free[worker, 2], _free[worker, 3]) = (request.Workers[worker].Disk.Bytes, request.Workers[worker].Host.Bytes, request.Workers[worker].Device.Bytes);
        }
    }

    public static double Optimum(PreloadRequest request)
    {
        var all = new ExhaustivePlan(request);
        all.Roots(0, 0);
        return all._best;
    }

    private void Roots(int worker, int backbone)
    {
        if (worker == _request.Workers.Length)
        {
            Processes(0, 0);
            return;
        }

        var (nextWorker, nextBackbone) = backbone + 1 < _request.Backbones.Length ? (worker, backbone + 1) : (worker + 1, 0);
        var facts = _request.Backbones[backbone];

        for (var state = 0; state <= 2; state++)
        {
            var tier = state + 1;
            var bytes = state == 0 ? 0 : state == 1 ? facts.HostBytes.Bytes : facts.DeviceBytes.Bytes;

            if (state > 0 && _free[worker, tier] < bytes)
            {
                continue;
            }

            _free[worker, tier] -= bytes;
            _backbones[worker, backbone] = state;
            Roots(nextWorker, nextBackbone);
            _free[worker, tier] += bytes;
        }

        _backbones[worker, backbone] = 0;
    }

    private void Processes(int worker, int sandbox)
    {
        if (worker == _request.Workers.Length)
        {
            for (var function = _request.Functions.Length - 1; function >= 0; function--)
            {
                _mostAlone[function] = _mostAlone[function + 1] + MostOf(function);
            }

            Homes(0, 0);
            return;
        }

        var (nextWorker, nextSandbox) = sandbox + 1 < _request.Sandboxes.Length ? (worker, sandbox + 1) : (worker + 1, 0);
        Processes(nextWorker, nextSandbox);
        var facts = _request.Sandboxes[sandbox];

        if (_backbones[worker, facts.Backbone] == 2 && _blanks[worker] > 0 && _free[worker, 3] >= facts.DeviceBytes.Bytes && _request.Functions.Any(function => function.Sandbox == sandbox))
        {
            _free[worker, 3] -= facts.DeviceBytes.Bytes;
            _blanks[worker]--;
            _sandboxes[worker, sandbox] = true;
            Processes(nextWorker, nextSandbox);
            _sandboxes[worker, sandbox] = false;
            _blanks[worker]++;
            _free[worker, 3] += facts.DeviceBytes.Bytes;
        }
    }

    private void Homes(int function, double worth)
    {
        if (worth + _mostAlone[function] <= _best)
        {
            return;
        }

        if (function == _request.Functions.Length)
        {
            _best = worth;
            return;
        }

        for (var worker = 0; worker < _request.Workers.Length; worker++)
        {
            for (var level = 1; level <= 4; level++)
            {
                var bytes = Bytes(function, level);
                var tier = Math.Min(level, 3);

                if (Allowed(worker, function, level) && _free[worker, tier] >= bytes)
                {
                    _free[worker, tier] -= bytes;
                    Homes(function + 1, worth + WorthAt(worker, function, level));
                    _free[worker, tier] += bytes;
                }
            }
        }

        Homes(function + 1, worth + WorthAt(-1, function, 0));
    }

    private double MostOf(int function)
    {
        var most = WorthAt(-1, function, 0);

        for (var worker = 0; worker < _request.Workers.Length; worker++)
        {
            for (var level = 1; level <= 4; level++)
            {
                most = Allowed(worker, function, level) ? Math.Max(most, WorthAt(worker, function, level)) : most;
            }
        }

        return most;
    }

    private bool Allowed(int worker, int function, int level)
    {
        var sandbox = _request.Functions[function].Sandbox;
        return level == 1 || (level == 2 ? _backbones[worker, _request.Sandboxes[sandbox].Backbone] > 0 : _sandboxes[worker, sandbox]) && (level < 4 || _request.Functions[function].PrefixBytes.Bytes > 0);
    }

    private long Bytes(int function, int level) => _request.Functions[function].AdapterBytes.Bytes + (level == 4 ? _request.Functions[function].PrefixBytes.Bytes : 0);

    private double WorthAt(int worker, int function, int level)
    {
        var facts = _request.Functions[function];
        var own = level switch { 0 => 0, 1 => facts.DiskSaves.TotalMilliseconds, 2 => facts.HostSaves.TotalMilliseconds, 3 => facts.DeviceSaves.TotalMilliseconds, _ => (facts.DeviceSaves + facts.PrefixSaves).TotalMilliseconds };
        var saves = worker < 0 ? 0 : own + RootsAt(worker, facts.Sandbox);

        for (var other = 0; other < _request.Workers.Length; other++)
        {
            saves = Math.Max(saves, RootsAt(other, facts.Sandbox));
        }

        return facts.Probability < _request.Limits.MinProbability ? 0 : facts.Probability * saves;
    }

    private double RootsAt(int worker, int sandbox)
    {
        var backbone = _request.Backbones[_request.Sandboxes[sandbox].Backbone];

        return _backbones[worker, _request.Sandboxes[sandbox].Backbone] switch
        {
            0 => 0,
            1 => backbone.HostSaves.TotalMilliseconds,
            _ => backbone.DeviceSaves.TotalMilliseconds + (_sandboxes[worker, sandbox] ? _request.Sandboxes[sandbox].Saves.TotalMilliseconds : 0),
        };
    }
}

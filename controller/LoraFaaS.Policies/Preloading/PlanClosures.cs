namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// Adds whole precedence closures, densest first: a backbone at a worker, and of its functions as many as fit there with their sandboxes, counted at
/// what they win over what the plan already gives them. Weighing the closure as one is what lets a backbone in at all: alone it saves too little for its bytes.
/// </summary>
internal sealed class PlanClosures
{
    private readonly PlanFacts _facts;
    private readonly int[][] _byBackbone;
    private readonly double[] _density;
    private readonly bool[] _stale;
    private readonly bool[] _newSandbox;
    private readonly List<int> _newSandboxes = [];
    private readonly List<int> _members = [];

    public PlanClosures(PlanFacts facts)
    {
        _facts = facts;
        _density = new double[facts.Workers * facts.Backbones];
        _stale = new bool[facts.Workers * facts.Backbones];
        _newSandbox = new bool[facts.Sandboxes];
        _byBackbone = new int[facts.Backbones][];

        for (var backbone = 0; backbone < facts.Backbones; backbone++)
        {
            var functions = Enumerable.Range(0, facts.Functions)
                .Where(function => facts.SandboxBackbone[facts.FunctionSandbox[function]] == backbone && facts.Probability[function] > 0)
                .ToArray();
            var keys = functions.Select(function => -facts.Probability[function] * facts.Saves(function, 3) / Math.Max(1, facts.Bytes(function, 3))).ToArray();
            Array.Sort(keys, functions);
            _byBackbone[backbone] = functions;
        }
    }

    /// <summary>Until no closure wins anything. Densities only fall as others are served, so an old one is an upper bound and most are never looked at again.</summary>
    public void Add(PlanBoard board)
    {
        for (var index = 0; index < _density.Length; index++)
        {
            (_density[index], _stale[index]) = (double.MaxValue, true);
        }

        while (true)
        {
            var best = BestOf(board);

            if (best < 0)
            {
                return;
            }

            Weigh(board, best / _facts.Backbones, best % _facts.Backbones);
            Commit(board, best / _facts.Backbones, best % _facts.Backbones);
            Array.Fill(_stale, true);

            // What a worker has left for one backbone falls when another takes of it; a closure that came is done there.
            _density[best] = 0;
        }
    }

    private int BestOf(PlanBoard board)
    {
        while (true)
        {
            var best = -1;

            for (var index = 0; index < _density.Length; index++)
            {
                if (_density[index] > 0 && (best < 0 || _density[index] > _density[best]))
                {
                    best = index;
                }
            }

            if (best < 0 || !_stale[best])
            {
                return best;
            }

            var (worker, backbone) = (best / _facts.Backbones, best % _facts.Backbones);
            var density = Weigh(board, worker, backbone);
            _density[best] = density;
            _stale[best] = false;

            // Workers that are empty and alike need to be weighed once.
            for (var other = worker + 1; other < _facts.Workers && IsEmpty(board, worker); other++)
            {
                var index = (other * _facts.Backbones) + backbone;

                if (_stale[index] && IsEmpty(board, other) && board.Free[(other * PlanBoard.Tiers) + PlanBoard.Device] == board.Free[(worker * PlanBoard.Tiers) + PlanBoard.Device]
                    && board.Blanks[other] == board.Blanks[worker])
                {
                    (_density[index], _stale[index]) = (density, false);
                }
            }
        }
    }

    private bool IsEmpty(PlanBoard board, int worker)
    {
        for (var backbone = 0; backbone < _facts.Backbones; backbone++)
        {
            if (board.Backbones[(worker * _facts.Backbones) + backbone] != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Fills the lists of members and new sandboxes, and gives the closure's density; 0: it wins nothing or does not fit.</summary>
    private double Weigh(PlanBoard board, int worker, int backbone)
    {
        _members.Clear();
        _newSandboxes.Clear();
        var free = board.Free[(worker * PlanBoard.Tiers) + PlanBoard.Device];
        var blanks = board.Blanks[worker];
        var taken = board.Backbones[(worker * _facts.Backbones) + backbone] == 2 ? 0 : _facts.BackboneDeviceBytes[backbone];
        var worth = 0.0;

        if (taken > free)
        {
            return 0;
        }

        foreach (var function in _byBackbone[backbone])
        {
            var sandbox = _facts.FunctionSandbox[function];
            var has = board.Sandboxes[(worker * _facts.Sandboxes) + sandbox] || _newSandbox[sandbox];
            var runs = _facts.SandboxRuns[(worker * _facts.Sandboxes) + sandbox];
            var now = board.Worth(function);
            var bytes = _facts.Bytes(function, 3) + (has ? 0 : _facts.SandboxBytes[sandbox]);
            var wins = (_facts.Probability[function] * (_facts.BackboneDeviceSaves[backbone] + _facts.SandboxSaves[sandbox] + _facts.Saves(function, 3))) - now;

            if (wins > 1e-9 && taken + bytes <= free && (has || runs || blanks > 0))
            {
                worth += wins;
                taken += bytes;
                _members.Add(function);

                if (!has)
                {
                    blanks -= runs ? 0 : 1;
                    _newSandbox[sandbox] = true;
                    _newSandboxes.Add(sandbox);
                }

                continue;
            }

            worth += Math.Max(0, (_facts.Probability[function] * _facts.BackboneDeviceSaves[backbone]) - now);
        }

        foreach (var sandbox in _newSandboxes)
        {
            _newSandbox[sandbox] = false;
        }

        var floor = _facts.Request.Limits.MinMsPerGiB / (1L << 30);
        return worth <= 1e-9 || worth < floor * taken ? 0 : worth / Math.Max(1, taken);
    }

    private void Commit(PlanBoard board, int worker, int backbone)
    {
        if (board.Backbones[(worker * _facts.Backbones) + backbone] != 2 && !board.TrySetBackbone(worker, backbone, 2))
        {
            return;
        }

        foreach (var sandbox in _newSandboxes)
        {
            board.TrySetSandbox(worker, sandbox, there: true);
        }

        foreach (var function in _members)
        {
            if (board.Allows(worker, function, 3) && board.Fits(worker, function, 3))
            {
                board.Move(function, worker, 3);
            }
        }
    }
}

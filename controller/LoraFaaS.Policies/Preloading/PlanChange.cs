namespace LoraFaaS.Policies.Preloading;

/// <summary>One change of the roots of one worker: something leaves, something comes, or both. -1: nothing.</summary>
internal readonly record struct PlanChange(int Worker, int DropBackbone, int DropSandbox, int AddBackbone, int AddState, int AddSandbox)
{
    /// <summary>Every single change and every exchange at one worker, in a fixed order.</summary>
    public static IEnumerable<PlanChange> All(PlanFacts facts)
    {
        for (var worker = 0; worker < facts.Workers; worker++)
        {
            foreach (var (backbone, sandbox) in Drops(facts))
            {
                for (var added = 0; added < facts.Sandboxes; added++)
                {
                    yield return new PlanChange(worker, backbone, sandbox, -1, 0, added);
                }

                for (var added = 0; added < facts.Backbones; added++)
                {
                    yield return new PlanChange(worker, backbone, sandbox, added, 1, -1);
                    yield return new PlanChange(worker, backbone, sandbox, added, 2, -1);
                }

                if (backbone >= 0 || sandbox >= 0)
                {
                    yield return new PlanChange(worker, backbone, sandbox, -1, 0, -1);
                }
            }
        }
    }

    /// <summary>False: it does not fit or changes nothing. The board, which has no homes then, may be half changed.</summary>
    public bool Apply(PlanBoard board)
    {
        var facts = board.Facts;

        if (DropBackbone >= 0)
        {
            if (board.Backbones[(Worker * facts.Backbones) + DropBackbone] == 0)
            {
                return false;
            }

            board.DropBackbone(Worker, DropBackbone);
        }

        if (DropSandbox >= 0)
        {
            if (!board.Sandboxes[(Worker * facts.Sandboxes) + DropSandbox])
            {
                return false;
            }

            board.DropSandbox(Worker, DropSandbox);
        }

        if (AddBackbone >= 0)
        {
            var now = board.Backbones[(Worker * facts.Backbones) + AddBackbone];
            return now != AddState && !(now == 2 && HasSandbox(board)) && board.TrySetBackbone(Worker, AddBackbone, AddState);
        }

        if (AddSandbox < 0)
        {
            return true;
        }

        var backbone = facts.SandboxBackbone[AddSandbox];

        return !board.Sandboxes[(Worker * facts.Sandboxes) + AddSandbox]
            && (board.Backbones[(Worker * facts.Backbones) + backbone] == 2 || board.TrySetBackbone(Worker, backbone, 2))
            && board.TrySetSandbox(Worker, AddSandbox, there: true);
    }

    private bool HasSandbox(PlanBoard board)
    {
        for (var sandbox = 0; sandbox < board.Facts.Sandboxes; sandbox++)
        {
            if (board.Facts.SandboxBackbone[sandbox] == AddBackbone && board.Sandboxes[(Worker * board.Facts.Sandboxes) + sandbox])
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(int Backbone, int Sandbox)> Drops(PlanFacts facts)
    {
        yield return (-1, -1);

        for (var backbone = 0; backbone < facts.Backbones; backbone++)
        {
            yield return (backbone, -1);
        }

        for (var sandbox = 0; sandbox < facts.Sandboxes; sandbox++)
        {
            yield return (-1, sandbox);
        }
    }
}

namespace LoraFaaS.Policies.Preloading;

/// <summary>Where bytes have a price, lets go of processes and backbones that are not worth theirs, with what lies in them.</summary>
internal static class PlanThrift
{
    public static void Run(PlanBoard board, ref long effort)
    {
        var facts = board.Facts;

        if (facts.Request.Limits.MinMsPerGiB <= 0)
        {
            return;
        }

        var trial = new PlanBoard(facts);
        var score = board.Score();

        for (var worker = 0; worker < facts.Workers; worker++)
        {
            for (var sandbox = 0; sandbox < facts.Sandboxes && effort > 0; sandbox++)
            {
                if (board.Sandboxes[(worker * facts.Sandboxes) + sandbox])
                {
                    trial.CopyFrom(board);
                    trial.DropSandbox(worker, sandbox);
                    Keep(board, trial, ref score, ref effort);
                }
            }

            for (var backbone = 0; backbone < facts.Backbones && effort > 0; backbone++)
            {
                if (board.Backbones[(worker * facts.Backbones) + backbone] > 0)
                {
                    trial.CopyFrom(board);
                    trial.DropBackbone(worker, backbone);
                    Keep(board, trial, ref score, ref effort);
                }
            }
        }
    }

    private static void Keep(PlanBoard board, PlanBoard trial, ref double score, ref long effort)
    {
        effort -= board.Facts.Functions;
        var now = trial.Score();

        if (now > score)
        {
            board.CopyFrom(trial);
            score = now;
        }
    }
}

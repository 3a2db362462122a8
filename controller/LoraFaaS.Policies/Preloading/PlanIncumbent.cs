using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>What is resident, as a board: everything stays where it is as far as it still fits, most worth for its bytes first.</summary>
internal static class PlanIncumbent
{
    public static bool Exists(PreloadRequest request) =>
        request.Functions.Any(function => !function.Residences.IsEmpty)
        || request.Backbones.Any(backbone => !backbone.Residences.IsEmpty) || request.Sandboxes.Any(sandbox => !sandbox.Workers.IsEmpty);

    public static PlanBoard Build(PlanFacts facts)
    {
        var board = new PlanBoard(facts);
        Roots(board);

        var order = Enumerable.Range(0, facts.Functions)
            .OrderByDescending(function => facts.Request.Functions[function].Pinned)
            .ThenByDescending(function => facts.Probability[function] * facts.Saves(function, 3) / Math.Max(1, facts.Bytes(function, 3)));

        foreach (var function in order)
        {
            Settle(board, function);
        }

        return board;
    }

    private static void Roots(PlanBoard board)
    {
        var request = board.Facts.Request;

        for (var backbone = 0; backbone < request.Backbones.Length; backbone++)
        {
            foreach (var residence in request.Backbones[backbone].Residences)
            {
                if (residence.Tier >= StorageTier.Host)
                {
                    board.TrySetBackbone(residence.Worker, backbone, residence.Tier is StorageTier.Device ? 2 : 1);
                }
            }
        }

        for (var sandbox = 0; sandbox < request.Sandboxes.Length; sandbox++)
        {
            foreach (var worker in request.Sandboxes[sandbox].Workers)
            {
                board.TrySetSandbox(worker, sandbox, there: true);
            }
        }
    }

    private static void Settle(PlanBoard board, int function)
    {
        var facts = board.Facts.Request.Functions[function];

        foreach (var residence in facts.Residences.OrderByDescending(residence => residence.Tier).ThenBy(residence => residence.Worker))
        {
            var level = residence.Tier is StorageTier.Device && facts.HasPrefixAt.Contains(residence.Worker) ? PlanBoard.TopLevel : (int)residence.Tier;

            if (level > 0 && board.Facts.IsWorthIts(function, level) && level <= board.Facts.Top(function)
                && board.Allows(residence.Worker, function, level) && board.Fits(residence.Worker, function, level))
            {
                board.Move(function, residence.Worker, level);
                return;
            }
        }
    }
}

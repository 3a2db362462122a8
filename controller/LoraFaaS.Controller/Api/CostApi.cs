using System.Globalization;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Problems;
using LoraFaaS.Policies.Costs;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /api/v1/cost?day=2026-01-31</c> (today by default) and <c>GET /api/v1/moves?function=name.namespace</c>: what was held, what it cost, and what moved.</summary>
internal sealed class CostApi(IUsageStore usage, IHoldingStore holdings, IOptions<PriceOptions> prices, TimeProvider time)
{
    private const double Gigabyte = 1e9;

    public async Task ReadAsync(HttpContext context)
    {
        var day = Today();

        if (context.Request.Query["day"].LastOrDefault() is { Length: > 0 } text
            && !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day))
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(text)} is not a day, as in 2026-01-31", "day"));
            return;
        }

        var from = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var used = (await usage.SumAsync(from, from.AddDays(1), context.RequestAborted)).ToDictionary(sum => sum.Function);
        var held = (await holdings.FindAsync(day, context.RequestAborted))?.Functions.ToDictionary(sum => sum.Function) ?? [];
        List<FunctionCost> functions =
        [
            .. used.Keys.Union(held.Keys).Select(function => Cost(function, used.GetValueOrDefault(function), held.GetValueOrDefault(function) ?? HoldingSum.None(function)))
                .OrderByDescending(cost => cost.Cost).ThenBy(cost => cost.Function, StringComparer.Ordinal).ThenBy(cost => cost.Namespace, StringComparer.Ordinal),
        ];

        await context.WriteJsonAsync(
            new CostInfo
            {
                Day = day,
                Currency = prices.Value.Currency,
                Cost = functions.Sum(function => function.Cost),
                WithoutSharing = functions.Sum(function => function.WithoutSharing),
                Functions = functions,
            },
            ContractsJson.Default.CostInfo);
    }

    /// <summary>Of today and yesterday, oldest first.</summary>
    public async Task ListMovesAsync(HttpContext context)
    {
        FunctionId? only = null;

        if (context.Request.Query["function"].LastOrDefault() is { Length: > 0 } text)
        {
            if (!FunctionId.TryParse(text, out var id))
            {
                await context.WriteProblemAsync(new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(text)} is no name of a function", "function"));
                return;
            }

            only = id;
        }

        var moves = new List<TierMoveInfo>();

        foreach (var day in new[] { Today().AddDays(-1), Today() })
        {
            moves.AddRange((await holdings.FindAsync(day, context.RequestAborted))?.Moves.Where(move => only is null || move.Function == only).Select(Info) ?? []);
        }

        await context.WriteJsonAsync(moves, ContractsJson.Default.ListTierMoveInfo);
    }

    private static TierMoveInfo Info(TierMove move) => new(
        move.At, move.Worker.Value, move.Function.Name.Value, move.Function.Namespace.Value, move.From.ToString().ToLowerInvariant(), move.To.ToString().ToLowerInvariant(), move.Reason);

    private DateOnly Today() => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    private FunctionCost Cost(FunctionId function, UsageSum? used, HoldingSum held)
    {
        var use = new FunctionUse(
            used?.Invocations ?? 0, ((used?.PrefillMs ?? 0) + (used?.DecodeMs ?? 0)) / 1_000,
            held.DeviceByteSeconds, held.HostByteSeconds, held.BackboneByteSeconds, held.UnsharedByteSeconds);

        return new FunctionCost
        {
            Namespace = function.Namespace.Value,
            Function = function.Name.Value,
            Invocations = use.Invocations,
            ComputeSeconds = use.ComputeSeconds,
            DeviceGbSeconds = use.DeviceByteSeconds / Gigabyte,
            HostGbSeconds = use.HostByteSeconds / Gigabyte,
            BackboneGbSeconds = use.BackboneByteSeconds / Gigabyte,
            Cost = CostPolicy.Cost(use, prices.Value.Units),
            WithoutSharing = CostPolicy.WithoutSharing(use, prices.Value.Units),
        };
    }
}

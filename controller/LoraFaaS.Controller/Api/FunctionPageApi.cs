using System.Globalization;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary>
/// <c>GET /api/v1/functions?search=&amp;namespace=&amp;sort=&amp;descending=&amp;offset=&amp;limit=</c>: some of the functions of all namespaces, with how many
/// match. Statuses are made of the page alone, whatever it is ordered by.
/// </summary>
internal sealed class FunctionPageApi(FunctionRegistry functions, CatalogueView catalogue, StatusBuilder statuses)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1_000;

    public async Task ReadAsync(HttpContext context)
    {
        var query = context.Request.Query;

        if (!TryNumber(query["offset"], 0, int.MaxValue, "offset", out var offset, out var problem)
            || !TryNumber(query["limit"], DefaultLimit, MaxLimit, "limit", out var limit, out problem)
            || !TryOrder(query["sort"], out var order, out problem))
        {
            await context.WriteProblemAsync(problem!);
            return;
        }

        var named = query["namespace"].LastOrDefault();
        var (@namespace, unknown) = await NamespaceQuery.CheckAsync(named, functions, context.RequestAborted);

        if (unknown is not null)
        {
            await context.WriteProblemAsync(unknown);
            return;
        }

        var matches = Matches(query["search"].LastOrDefault()?.Trim() ?? "");
        var found = (await catalogue.FunctionsAsync(context.RequestAborted)).Where(function => string.IsNullOrEmpty(named) || function.Id.Namespace == @namespace);
        var page = await CutAsync(
            [.. found.Where(matches)], order, query["descending"].LastOrDefault() is "true" or "1", offset, limit, context.RequestAborted);
        await context.WriteJsonAsync(page, ContractsJson.Default.FunctionPage);
    }

    private async Task<FunctionPage> CutAsync(
        List<FunctionRecord> matching, FunctionOrder order, bool descending, int offset, int limit, CancellationToken cancellationToken)
    {
        var standing = await statuses.LookAsync(cancellationToken);
        var records = order switch
        {
            FunctionOrder.Invocations => Sort(matching, standing.Invocations, descending),
            FunctionOrder.Tier => Sort(matching, standing.Tier, descending),
            FunctionOrder.Image => Sort(matching, function => function.Deployment.Image!, descending, StringComparer.Ordinal),
            FunctionOrder.Created => Sort(matching, function => function.CreatedAt, descending),
            _ => Sort(matching, Name, descending, StringComparer.Ordinal),
        };
        return new FunctionPage(matching.Count, [.. records.Skip(offset).Take(limit).Select(standing.Status)]);
    }

    private static IEnumerable<FunctionRecord> Sort<TKey>(List<FunctionRecord> functions, Func<FunctionRecord, TKey> key, bool descending, IComparer<TKey>? comparer = null) =>
        (descending ? functions.OrderByDescending(key, comparer) : functions.OrderBy(key, comparer)).ThenBy(Name, StringComparer.Ordinal);

    private static string Name(FunctionRecord function) => function.Id.ToString();

    private static Func<FunctionRecord, bool> Matches(string search) => function =>
        search.Length == 0
        || Name(function).Contains(search, StringComparison.OrdinalIgnoreCase)
        || function.Deployment.Image!.Contains(search, StringComparison.OrdinalIgnoreCase)
        || function.Newest.Backbone.Value.Contains(search, StringComparison.OrdinalIgnoreCase);

    private static bool TryOrder(string? text, out FunctionOrder order, out Problem? problem)
    {
        (order, problem) = (FunctionOrder.Name, null);

        if (string.IsNullOrEmpty(text) || (Enum.TryParse(text, ignoreCase: true, out order) && Enum.IsDefined(order) && !char.IsAsciiDigit(text[0])))
        {
            return true;
        }

        problem = new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(text)} is none of {string.Join(", ", Enum.GetNames<FunctionOrder>()).ToLowerInvariant()}", "sort");
        return false;
    }

    private static bool TryNumber(string? text, int otherwise, int most, string field, out int value, out Problem? problem)
    {
        (value, problem) = (otherwise, null);

        if (string.IsNullOrEmpty(text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most))
        {
            return true;
        }

        problem = new Problem(ErrorCode.InvalidRequest, $"a whole number from 0 to {most} is required", field);
        return false;
    }
}

using System.Globalization;
using System.Text.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Logs;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /system/logs</c>: one JSON object a line, flushed line by line. A repeated parameter's last value holds; a bad one is 422.</summary>
internal sealed class LogsApi(FunctionLogs logs, FunctionRegistry functions, ICatalogueStore catalogue, IHostApplicationLifetime lifetime)
{
    public async Task ReadAsync(HttpContext context)
    {
        if (ReadQuery(context.Request.Query) is not { } query)
        {
            await context.WriteProblemAsync(BadQuery(context.Request.Query), StatusCodes.Status422UnprocessableEntity);
            return;
        }

        var (@namespace, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        query = query with { Function = new FunctionId(@namespace, query.Function.Name) };

        if (await catalogue.FindFunctionAsync(query.Function, context.RequestAborted) is null)
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.FunctionNotFound, $"function {query.Function} not found"));
            return;
        }

        await StreamAsync(context, query);
    }

    private async Task StreamAsync(HttpContext context, LogQuery query)
    {
        // A follower must not hold up a controller that stops.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(ended.Token);
        await context.Response.BodyWriter.FlushAsync(ended.Token);

        try
        {
            await foreach (var line in logs.ReadAsync(query, ended.Token))
            {
                await context.Response.BodyWriter.WriteAsync(
                    (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, ContractsJson.Default.LogLine), (byte)'\n'], ended.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The stream ends where it is, as it would at a write timeout.
        }
    }

    private static LogQuery? ReadQuery(IQueryCollection query)
    {
        if (!FunctionName.TryParse(query["name"].LastOrDefault(), out var name)
            || !TryTail(query["tail"].LastOrDefault(), out var tail)
            || !TryFollow(query["follow"].LastOrDefault(), out var follow)
            || !TrySince(query["since"].LastOrDefault(), out var since))
        {
            return null;
        }

        return new LogQuery(new FunctionId(NamespaceName.Default, name))
        {
            Instance = query["instance"].LastOrDefault(),
            Tail = tail,
            Follow = follow,
            Since = since,
        };
    }

    /// <summary>0 and less: all lines (faas-cli sends -1).</summary>
    private static bool TryTail(string? text, out int? tail)
    {
        tail = null;

        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        tail = number > 0 ? number : null;
        return isNumber;
    }

    /// <summary>Go's spellings of a boolean.</summary>
    private static bool TryFollow(string? text, out bool follow)
    {
        follow = text is "true" or "1" or "t" or "T" or "TRUE" or "True";
        return follow || text is null or "" or "false" or "0" or "f" or "F" or "FALSE" or "False";
    }

    private static bool TrySince(string? text, out DateTimeOffset? since)
    {
        since = null;

        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var isTime = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && text.Contains('T', StringComparison.Ordinal);
        since = time;
        return isTime;
    }

    private static Problem BadQuery(IQueryCollection query)
    {
        var field = !FunctionName.TryParse(query["name"].LastOrDefault(), out _) ? "name"
            : !TryTail(query["tail"].LastOrDefault(), out _) ? "tail"
            : !TryFollow(query["follow"].LastOrDefault(), out _) ? "follow"
            : "since";

        return new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(query[field].LastOrDefault() ?? "")} cannot be read", field);
    }
}

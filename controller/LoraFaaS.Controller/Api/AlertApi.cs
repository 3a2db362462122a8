using System.Globalization;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary>
/// <c>POST /system/alert</c>: OpenFaaS's way of scaling by Prometheus. A firing alert adds a step of <c>com.openfaas.scale.factor</c> percent of
/// the maximum, a resolved one goes back to the minimum.
/// </summary>
internal sealed class AlertApi(FunctionRegistry functions, ICatalogueStore catalogue, IOptions<ControllerOptions> options)
{
    private const int DefaultMax = 5;
    private const double DefaultFactor = 10;

    public async Task ReceiveAsync(HttpContext context)
    {
        var (notice, problem) = await JsonBody.ReadAsync<AlertNotice>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

        var scaled = new List<string>();

        for (var i = 0; problem is null && i < (notice!.Alerts?.Count ?? 0); i++)
        {
            problem = await ApplyAsync(notice.Alerts![i], i, scaled, context.RequestAborted);
        }

        Note(context, scaled, problem);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
        }
    }

    /// <summary>An alert is sent again and again while it lasts: on record are those that scaled something, and what.</summary>
    private static void Note(HttpContext context, List<string> scaled, Problem? problem)
    {
        if (scaled.Count > 0)
        {
            AuditNote.Set(context, "function.scale", string.Join(", ", scaled));
        }
        else if (problem is null)
        {
            AuditNote.Drop(context);
        }
    }

    private async Task<Problem?> ApplyAsync(FunctionAlert? alert, int index, List<string> scaled, CancellationToken cancellationToken)
    {
        if (alert?.Status is not ("firing" or "resolved"))
        {
            return new Problem(ErrorCode.InvalidRequest, "must be firing or resolved", $"alerts[{index}].status");
        }

        if (alert.Labels?.GetValueOrDefault("function_name") is not { } text || !FunctionId.TryParse(text, out var id))
        {
            return new Problem(ErrorCode.InvalidRequest, "must name a function", $"alerts[{index}].labels.function_name");
        }

        // An alert may outlive its function; the sender can do nothing about it and would only send it again.
        if (await catalogue.FindFunctionAsync(id, cancellationToken) is not { } function)
        {
            return null;
        }

        var wanted = Wanted(function, alert.Status is "firing");

        if (wanted == function.DesiredReplicas)
        {
            return null;
        }

        if (await functions.ScaleAsync(id, wanted, cancellationToken) is FunctionWrite.Refused refused)
        {
            return refused.Problem;
        }

        scaled.Add($"{id} to {wanted}");
        return null;
    }

    private static int Wanted(FunctionRecord function, bool firing)
    {
        var rule = FunctionRegistry.ScaleRuleOf(function);

        if (!firing)
        {
            return rule.InitialReplicas;
        }

        var most = rule.Max ?? DefaultMax;
        return Math.Min(function.DesiredReplicas + (int)Math.Ceiling(most * Factor(function) / 100), Math.Max(most, function.DesiredReplicas));
    }

    private static double Factor(FunctionRecord function) =>
        function.Deployment.Labels?.GetValueOrDefault(FunctionAnnotations.ScaleFactorLabel) is { } text
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor is > 0 and <= 100
                ? factor
                : DefaultFactor;
}

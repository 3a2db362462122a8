using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Problems;
using LoraFaaS.Policies.Forecasting;

namespace LoraFaaS.Controller.Api;

/// <summary><c>GET /system/forecasts</c> and <c>/system/forecast/{name}</c>: what is expected, and for one function what was expected and what came.</summary>
internal sealed class ForecastsApi(IForecasts forecasts, FunctionRegistry functions)
{
    public async Task ListAsync(HttpContext context)
    {
        var (@namespace, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        List<ForecastInfo> list =
        [
            .. forecasts.Current.Functions.Values
                .Where(forecast => forecast.Function.Namespace == @namespace)
                .OrderBy(forecast => forecast.Function.Name.Value, StringComparer.Ordinal)
                .Select(forecast => Info(forecast, [])),
        ];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListForecastInfo);
    }

    public async Task GetAsync(HttpContext context)
    {
        var text = (string)context.Request.RouteValues["name"]!;
        var (@namespace, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        var current = forecasts.Current;

        if (!FunctionName.TryParse(text, out var name) || !current.Functions.TryGetValue(new FunctionId(@namespace, name), out var forecast))
        {
            await context.WriteProblemAsync(new Problem(
                ErrorCode.FunctionNotFound, $"there is no forecast of {OneLine.Quote(text)}: it is not deployed, or its first minute is not over"));
            return;
        }

        await context.WriteJsonAsync(Info(forecast, current.Outcomes.GetValueOrDefault(forecast.Function, [])), ContractsJson.Default.ForecastInfo);
    }

    private static ForecastInfo Info(FunctionForecast forecast, IReadOnlyList<ForecastOutcome> outcomes) => new()
    {
        Name = forecast.Function.Name.Value,
        Namespace = forecast.Function.Namespace.Value,
        MadeAt = forecast.MadeAt,
        Predictor = char.ToLowerInvariant(forecast.Predictor.ToString()[0]) + forecast.Predictor.ToString()[1..],
        Horizons = [.. ForecastHorizons.All.ToArray().Select(horizon => Span(horizon, forecast.Calls[horizon]))],
        LastHour =
        [
            .. outcomes.Select(outcome => new ForecastMinute(
                outcome.Minute, Round(outcome.Said.AtLeastOne), Round(outcome.Said.Mean), Round(outcome.Said.Quantiles.P90), outcome.Came)),
        ],
    };

    private static ForecastSpan Span(ForecastHorizon horizon, HorizonForecast said) => new(
        ForecastHorizons.Seconds(horizon), Round(said.AtLeastOne), Round(said.Mean), Round(said.Quantiles.P50), Round(said.Quantiles.P90), Round(said.Quantiles.P99));

    private static double Round(double value) => Math.Round(value, 4);
}

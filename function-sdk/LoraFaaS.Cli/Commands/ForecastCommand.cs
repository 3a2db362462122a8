using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas forecast [FUNCTION]</c>: what is expected, and for one function what was expected and what came.</summary>
internal static class ForecastCommand
{
    private static readonly Argument<string?> Function = new("function") { Description = "name or name.namespace; all of a namespace when absent", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create()
    {
        var command = new Command("forecast", "Show which calls are expected") { Function, FunctionArgument.Namespace };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    /// <summary>One line for <c>describe</c>.</summary>
    public static string Line(ForecastInfo forecast) =>
        $"{string.Join(", ", forecast.Horizons.Select(horizon => $"{Share(horizon.AtLeastOne)} in {Length(horizon.Seconds)}"))} (by {forecast.Predictor})";

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();

        if (parse.GetValue(Function) is null)
        {
            var all = await client.Functions.ForecastsAsync(NamespaceOption.Read(parse, FunctionArgument.Namespace), cancellationToken);
            Show(parse, [.. all]);
            return ExitCodes.Done;
        }

        if (await client.Functions.ForecastAsync(FunctionArgument.Read(parse, Function!), cancellationToken) is not { } forecast)
        {
            CommandRunner.Errors.MarkupLine("There is no forecast yet: the function is not deployed, or its first minute is not over.");
            return ExitCodes.Failed;
        }

        Show(parse, [forecast]);
        return ExitCodes.Done;
    }

    private static void Show(ParseResult parse, List<ForecastInfo> forecasts)
    {
        if (OutputOptions.FormOf(parse) is OutputForm.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(forecasts, ContractsJson.Default.ListForecastInfo));
            return;
        }

        if (forecasts.Count == 0)
        {
            Terminal.Output.WriteLine("No forecasts: a function's first is made when its first minute is over.");
            return;
        }

        Expected(forecasts);

        if (forecasts is [{ LastHour.Count: > 0 } one])
        {
            LastHour(one);
        }
    }

    private static void Expected(IEnumerable<ForecastInfo> forecasts)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("function", "10 s", "1 min", "5 min", "15 min", "calls in 15 min (p50, p90, p99)", "trusted");

        foreach (var forecast in forecasts)
        {
            var longest = forecast.Horizons[^1];
            table.AddRow(
            [
                Markup.Escape($"{forecast.Name}.{forecast.Namespace}"),
                .. forecast.Horizons.Select(horizon => Share(horizon.AtLeastOne)),
                string.Create(CultureInfo.InvariantCulture, $"{longest.Mean:0.#} ({longest.P50:0}, {longest.P90:0}, {longest.P99:0})"),
                Markup.Escape(forecast.Predictor),
            ]);
        }

        Terminal.Output.Write(table);
    }

    private static void LastHour(ForecastInfo forecast)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("minute", "a call was expected", "mean", "p90", "came");

        foreach (var minute in forecast.LastHour)
        {
            table.AddRow(
                minute.Minute.ToString("HH:mm", CultureInfo.InvariantCulture), Share(minute.AtLeastOne), minute.Mean.ToString("0.##", CultureInfo.InvariantCulture),
                minute.P90.ToString("0", CultureInfo.InvariantCulture), minute.Calls.ToString(CultureInfo.InvariantCulture));
        }

        Terminal.Output.Write(table);
    }

    private static string Share(double probability) => probability.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Length(int seconds) => seconds < 60 ? $"{seconds} s" : $"{seconds / 60} min";
}

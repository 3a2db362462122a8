using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.Metering;

/// <summary>Last station: what every invocation leaves behind in metrics (OpenFaaS's names), trace and log.</summary>
internal sealed partial class InvocationMeter : IDisposable
{
    public const string Name = "LoraFaaS.Gateway";

    /// <summary>Names nobody deployed are counted together: a caller's typing errors are not to fill the meter.</summary>
    private const string UnknownFunction = "unknown";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly double[] Seconds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60];

    private readonly ILogger<InvocationMeter> _logger;
    private readonly ArrivalCounts _arrivals;
    private readonly Meter _meter;
    private readonly Counter<long> _total;
    private readonly Counter<long> _shares;
    private readonly UpDownCounter<long> _started;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _replacements;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _ttft;

    public InvocationMeter(IMeterFactory meters, InFlightGate gate, DoorQueue door, ArrivalCounts arrivals, ILogger<InvocationMeter> logger)
    {
        _logger = logger;
        _arrivals = arrivals;
        _meter = meters.Create(Name);
        _total = _meter.CreateCounter<long>("gateway_function_invocation_total", description: "Invocations that ended, by function and status.");

        _shares = _meter.CreateCounter<long>("gateway_revision_invocation_total", description: "Invocations that ended, by revision and status, of functions with several in use.");

        // Only ever goes up. As a counter it would be exposed with _total behind the name that OpenFaaS's dashboards ask for.
        _started = _meter.CreateUpDownCounter<long>("gateway_function_invocation_started", description: "Invocations that began, by function.");
        _tokens = _meter.CreateCounter<long>("gateway_tokens_total", description: "Tokens by function and kind: prompt or completion.");
        _replacements = _meter.CreateCounter<long>("gateway_replacements_total", description: "Times an invocation had to be placed again.");
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds };
        _duration = _meter.CreateHistogram("gateway_functions_seconds", "s", "Time from arrival to last byte.", null, advice);
        _ttft = _meter.CreateHistogram("gateway_ttft_seconds", "s", "Time from arrival to first token.", null, advice);
        _meter.CreateObservableGauge("gateway_in_flight", () => gate.Count, description: "Invocations in the house.");
        _meter.CreateObservableGauge("gateway_door_running", () => door.Running, description: "Invocations that have a place to run.");
        _meter.CreateObservableGauge("gateway_door_waiting", () => door.Waiting, description: "Invocations that wait for a place to run.");
    }

    /// <summary>Null also where nobody records: the context goes on as it came, and a span without a reader is not worth its making.</summary>
    public static Activity? Begin(Invocation invocation)
    {
        if (Activity.Current is { IsAllDataRequested: false })
        {
            return null;
        }

        var activity = Activities.StartActivity("invocation", ActivityKind.Server);
        activity?.SetTag("lorafaas.call_id", invocation.CallId.Value);
        activity?.SetTag("lorafaas.dialect", invocation.Dialect);
        return activity;
    }

    /// <summary>The function is known now.</summary>
    public void Resolved(Invocation invocation)
    {
        _started.Add(1, new TagList { { "function_name", invocation.Route?.Words.Function ?? UnknownFunction } });

        if (invocation.Route is { } route)
        {
            _arrivals.Add(route.Function);
        }
    }

    public void End(Invocation invocation, int status, Activity? activity)
    {
        var function = invocation.Route?.Words.Function ?? UnknownFunction;
        var tags = new TagList { { "code", StatusText(status) }, { "function_name", function } };
        var named = new TagList { { "function_name", function } };

        _total.Add(1, tags);

        if (invocation.Route is { IsShare: true, Revision.Number: var revision })
        {
            _shares.Add(1, new TagList
            {
                { "function_name", function }, { "revision", revision.ToString(CultureInfo.InvariantCulture) }, { "code", status.ToString(CultureInfo.InvariantCulture) },
            });
        }

        _duration.Record(invocation.Elapsed.TotalSeconds, tags);

        if (invocation.TimeToFirstToken is { } ttft)
        {
            _ttft.Record(ttft.TotalSeconds, named);
        }

        if (invocation.Replacements > 0)
        {
            _replacements.Add(invocation.Replacements, named);
        }

        CountTokens(invocation, function);
        Finish(activity, invocation, function, status);
        Log(invocation, function, status);
    }

    public void Dispose() => _meter.Dispose();

    private void CountTokens(Invocation invocation, string function)
    {
        if (invocation.CompletionTokens > 0 || invocation.PromptTokens > 0)
        {
            _tokens.Add(invocation.PromptTokens, new TagList { { "function_name", function }, { "kind", "prompt" } });
            _tokens.Add(invocation.CompletionTokens, new TagList { { "function_name", function }, { "kind", "completion" } });
        }
    }

    /// <summary>The usual ones without a new string each.</summary>
    private static string StatusText(int status) => status switch
    {
        StatusCodes.Status200OK => "200",
        StatusCodes.Status202Accepted => "202",
        StatusCodes.Status404NotFound => "404",
        StatusCodes.Status429TooManyRequests => "429",
        _ => status.ToString(CultureInfo.InvariantCulture),
    };

    private static void Finish(Activity? activity, Invocation invocation, string function, int status)
    {
        if (activity is not { IsAllDataRequested: true })
        {
            return;
        }

        activity.SetTag("lorafaas.function", function);
        activity.SetTag("lorafaas.worker", invocation.Worker?.Value);
        activity.SetTag("http.response.status_code", status);
        ColdStartAccount.From(invocation.Account)?.Tag(activity);

        if (invocation.Failure is { } failure)
        {
            activity.SetStatus(ActivityStatusCode.Error, failure.ToWire());
        }
    }

    private void Log(Invocation invocation, string function, int status)
    {
        var outcome = invocation.Failure?.ToWire() ?? "ok";
        var cause = invocation.AbortCause is AbortCause.None ? "-" : invocation.AbortCause.ToString();

        LogInvocation(
            invocation.CallId.Value,
            invocation.Dialect,
            function,
            invocation.Route?.Revision.Number ?? 0,
            invocation.Worker?.Value ?? "-",
            status,
            outcome,
            cause,
            invocation.TimeToFirstToken?.TotalMilliseconds ?? 0,
            invocation.Elapsed.TotalMilliseconds,
            invocation.PromptTokens,
            invocation.CompletionTokens,
            invocation.Replacements);
    }
}

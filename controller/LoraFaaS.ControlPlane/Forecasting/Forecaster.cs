using System.Collections.Frozen;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>
/// The one owner of the book: reads the arrival counters, tells the book, hangs up its forecasts. A turn every ten seconds, one at a time;
/// whoever keeps time calls it.
/// </summary>
public sealed partial class Forecaster(
    IWarmStateStore warm, CatalogueView catalogue, IForecastStore store, ForecastBoard board, NetworkBoard networks, LessonInbox lessons,
    IOptions<ForecastOptions> options, TimeProvider time, ILogger<Forecaster> logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(ArrivalHistory.CellSeconds);

    private readonly ILogger _logger = logger;
    private ForecastBook? _book;
    private IReadOnlyDictionary<FunctionId, long>? _counted;

    /// <summary>Takes what came in since the last turn and forecasts: everything when a minute is over, busy functions else.</summary>
    public async Task TurnAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var book = _book ??= await OpenAsync(now, cancellationToken);
        var arrivals = await NewArrivalsAsync(cancellationToken);
        var minute = new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);

        if (book.End < minute)
        {
            var functions = await catalogue.FunctionsAsync(cancellationToken);
            book.Watch([.. functions.Select(function => function.Id)]);
            book.Use(networks.Current);
            book.Advance(minute, arrivals);
            Publish(book, book.ForecastAll());

            foreach (var lesson in book.TakeLessons())
            {
                lessons.Offer(lesson);
            }

            arrivals = FrozenDictionary<FunctionId, int>.Empty;
        }

        if (board.Current.IsNone)
        {
            // Started within a minute: until it is over the busy functions' forecasts would pass for everybody's.
            book.Watch([.. (await catalogue.FunctionsAsync(cancellationToken)).Select(function => function.Id)]);
            Publish(book, book.ForecastFirst());
        }

        var end = book.End;
        book.Advance(now, arrivals);

        if (book.End > end)
        {
            PublishHot(book);
        }
    }

    /// <summary>Histories survive a restart.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (_book is { } book)
        {
            await store.SaveAsync(ForecastMemory.Histories, ForecastBookFile.Write(book), cancellationToken);
        }
    }

    private async Task<ForecastBook> OpenAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var limits = new ForecastBookLimits { Functions = options.Value.MaxFunctions, Hot = options.Value.HotFunctions };
        var book = new ForecastBook(networks.Current, limits, now);

        if (await store.LoadAsync(ForecastMemory.Histories, cancellationToken) is not { } bytes)
        {
            return book;
        }

        if (!ForecastBookFile.TryRead(bytes, book, out var problem))
        {
            LogNotRead(problem);
            return new ForecastBook(networks.Current, limits, now);
        }

        LogRead(book.Count, book.End);
        return book;
    }

    private async Task<IReadOnlyDictionary<FunctionId, int>> NewArrivalsAsync(CancellationToken cancellationToken)
    {
        var counts = await warm.GetArrivalsAsync(cancellationToken);
        var before = _counted;
        _counted = counts;

        if (before is null)
        {
            // Counters that ran before us: when, nobody knows.
            return FrozenDictionary<FunctionId, int>.Empty;
        }

        // A counter that fell was lost and began anew: all of it is new.
        return counts
            .Select(pair => (pair.Key, New: before.GetValueOrDefault(pair.Key) is var old && old <= pair.Value ? pair.Value - old : pair.Value))
            .Where(pair => pair.New > 0)
            .ToDictionary(pair => pair.Key, pair => (int)Math.Min(int.MaxValue, pair.New));
    }

    private void Publish(ForecastBook book, IReadOnlyList<FunctionForecast> forecasts) => board.Publish(new ForecastSnapshot
    {
        At = book.End,
        Functions = forecasts.ToFrozenDictionary(forecast => forecast.Function),
        Outcomes = forecasts.ToFrozenDictionary(forecast => forecast.Function, forecast => book.OutcomesOf(forecast.Function)),
    });

    private void PublishHot(ForecastBook book)
    {
        var current = board.Current;
        var functions = new Dictionary<FunctionId, FunctionForecast>(current.Functions);

        foreach (var forecast in book.ForecastHot())
        {
            functions[forecast.Function] = forecast;
        }

        board.Publish(current with { At = book.End, Functions = functions.ToFrozenDictionary() });
    }

    [LoggerMessage(2701, LogLevel.Information, "Histories of {Count} functions up to {End} were read")]
    private partial void LogRead(int count, DateTimeOffset end);

    [LoggerMessage(2702, LogLevel.Warning, "The stored histories are not used: {Problem}")]
    private partial void LogNotRead(string problem);
}

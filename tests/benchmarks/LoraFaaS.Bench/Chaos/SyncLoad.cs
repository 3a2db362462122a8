using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using LoraFaaS.TestKit.Cluster;

namespace LoraFaaS.Bench.Chaos;

/// <summary>Calls that come whether the ones before were answered or not, at a steady rate, every answer compared.</summary>
internal sealed class SyncLoad(HttpClient http, Doors doors, IReadOnlyList<Question> questions, Stopwatch clock)
{
    /// <summary>More callers than this do not wait at once: those that would be more are counted as held back.</summary>
    private const int MostWaiting = 512;

    private const int MostRefusals = 8;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentQueue<LoadedCall> _calls = new();
    private readonly ConcurrentDictionary<int, Task> _waiting = new();
    private int _number;

    public IReadOnlyCollection<LoadedCall> Calls => _calls;

    public int HeldBack { get; private set; }

    /// <summary>Closed loop: how many calls a second a few callers get through.</summary>
    public async Task<double> CapacityAsync(int callers, TimeSpan length, CancellationToken cancellationToken)
    {
        var until = clock.Elapsed + length;
        var begun = clock.Elapsed;
        var done = 0;

        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            while (clock.Elapsed < until)
            {
                var call = await CallAsync(Interlocked.Increment(ref _number), cancellationToken);
                done += call.Failure is null ? 1 : throw new InvalidOperationException($"before any fault: {call.Failure}");
            }
        }));

        return done / (clock.Elapsed - begun).TotalSeconds;
    }

    public async Task RunAsync(double perSecond, TimeSpan length, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Beat, TimeProvider.System);
        var begun = clock.Elapsed;
        var sent = 0;

        while (clock.Elapsed - begun < length && await timer.WaitForNextTickAsync(cancellationToken))
        {
            var due = (int)((clock.Elapsed - begun).TotalSeconds * perSecond);

            for (; sent < due; sent++)
            {
                if (_waiting.Count >= MostWaiting)
                {
                    HeldBack++;
                    continue;
                }

                var number = Interlocked.Increment(ref _number);
                _waiting[number] = KeepAsync(number, cancellationToken);
            }
        }

        await Task.WhenAll(_waiting.Values);
    }

    private async Task KeepAsync(int number, CancellationToken cancellationToken)
    {
        await Task.Yield();
        _calls.Enqueue(await CallAsync(number, cancellationToken));
        _waiting.TryRemove(number, out _);
    }

    /// <summary>As a client does it: who is told to come again at a time comes again at that time, a few times.</summary>
    private async Task<LoadedCall> CallAsync(int number, CancellationToken cancellationToken)
    {
        var question = questions[number % questions.Count];
        var id = string.Create(CultureInfo.InvariantCulture, $"chaos-{number}");
        var begun = clock.Elapsed;

        for (var refusals = 0; ; refusals++)
        {
            var (call, again) = await TryAsync(id, question, begun, refusals, cancellationToken);

            if (again is not { } wait || refusals == MostRefusals)
            {
                return call;
            }

            await Task.Delay(wait, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<(LoadedCall Call, TimeSpan? Again)> TryAsync(string id, Question question, TimeSpan begun, int refusals, CancellationToken cancellationToken)
    {
        var gateway = doors.Next();
        LoadedCall Ended(string? failure, bool wrong = false) => new(id, gateway.Name, begun, clock.Elapsed, failure, wrong, refusals);

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Url(gateway, question)) { Content = new StringContent(question.Prompt) };
            request.Headers.Add("X-Call-Id", id);
            using var response = await http.SendAsync(request, cancellationToken);
            var answer = await response.Content.ReadAsStringAsync(cancellationToken);

            if (!response.IsSuccessStatusCode)
            {
                var again = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable ? response.Headers.RetryAfter?.Delta : null;
                return (Ended($"{(int)response.StatusCode} {answer.Trim()}"), again);
            }

            return (answer == question.Answer ? Ended(null) : Ended($"'{answer}' instead of '{question.Answer}'", wrong: true), null);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (Ended($"{failure.Message} {failure.InnerException?.Message}".Trim()), null);
        }
    }

    private static Uri Url(ClusterHost gateway, Question question) => new(gateway.Url, $"function/{question.Function}");
}

using System.Collections.Concurrent;
using System.Net.Http.Headers;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Callers;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>
/// Callers that go on all the time, through whichever gateways a load balancer would choose, and that look at every answer. Like one, it asks the next
/// gateway where the connection itself is refused: nothing was sent, and a probe may be late on a machine with too much to do. Who is told to come again later does.
/// </summary>
public sealed class SteadyLoad : IAsyncDisposable
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(200);
    private static readonly string[] Functions = ["ticket-router", "sentiment", "en-fr"];

    private readonly IReadOnlyList<ClusterHost> _gateways;
    private readonly bool[] _ready;
    private readonly HttpClient _http = new() { Timeout = Patience.StartLimit };
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly List<Task> _tasks = [];
    private long _answers;
    private int _turn;

    private SteadyLoad(ComposeCluster cluster, int callers)
    {
        _gateways = cluster.Gateways;
        _ready = [.. _gateways.Select(_ => true)];
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.ApiKey);
        _tasks.Add(ProbeAsync());
        _tasks.AddRange(Enumerable.Range(0, callers).Select(caller => CallAsync(Functions[caller % Functions.Length])));
    }

    public IReadOnlyCollection<string> Failures => _failures;

    public long Answers => Interlocked.Read(ref _answers);

    public static SteadyLoad Start(ComposeCluster cluster, int callers = 3) => new(cluster, callers);

    /// <summary>Until as many more were answered.</summary>
    public Task AnsweredAsync(int more)
    {
        var goal = Answers + more;
        return Patience.UntilAsync(_ => Task.FromResult(Answers >= goal || !_failures.IsEmpty), Patience.StartLimit, $"{more} more answers");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task ProbeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            for (var i = 0; i < _gateways.Count; i++)
            {
                Volatile.Write(ref _ready[i], await _gateways[i].IsReadyAsync());
            }

            await Task.Delay(ProbeInterval, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CallAsync(string function)
    {
        var cases = DemoData.Cases(function);

        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var (prompt, expected) = cases[i % 5];

            try
            {
                await AskAsync(function, prompt, expected);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                // The load is over.
            }
        }
    }

    /// <summary>At the gateway whose turn it is, and where nobody listens there, at the next: only when nobody listens anywhere is the call lost.</summary>
    private async Task AskAsync(string function, string prompt, string expected)
    {
        var nobody = "";

        foreach (var index in InTurn())
        {
            var gateway = _gateways[index];

            try
            {
                using var response = await _http.PostAsync(new Uri(gateway.Url, $"function/{function}"), new StringContent(prompt), _stop.Token);
                var answer = await response.Content.ReadAsStringAsync(_stop.Token);

                if (response.IsSuccessStatusCode && answer == expected)
                {
                    Interlocked.Increment(ref _answers);
                    return;
                }

                if (ComeAgain.After(response) is { } wait)
                {
                    await Task.Delay(wait, TimeProvider.System, _stop.Token);
                    return;
                }

                _failures.Enqueue($"{gateway.Name} {function}: {(int)response.StatusCode} {answer}");
                return;
            }
            catch (HttpRequestException refused) when (refused.HttpRequestError is HttpRequestError.ConnectionError)
            {
                Volatile.Write(ref _ready[index], false);
                nobody += $"{gateway.Name}: {refused.Message} ";
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested && failure is (HttpRequestException or IOException or TaskCanceledException))
            {
                _failures.Enqueue($"{gateway.Name} {function}: {failure.Message} {failure.InnerException?.Message}");
                return;
            }
        }

        _failures.Enqueue($"{function}: {nobody}");
    }

    /// <summary>One after the other, those that are ready first: a probe may be late, so the others are not given up.</summary>
    private IEnumerable<int> InTurn()
    {
        var turn = (int)((uint)Interlocked.Increment(ref _turn) % (uint)_gateways.Count);
        return Enumerable.Range(turn, _gateways.Count).Select(index => index % _gateways.Count).OrderByDescending(index => Volatile.Read(ref _ready[index]));
    }
}

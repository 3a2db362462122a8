using System.Collections.Concurrent;
using System.Net.Http.Headers;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>
/// Callers that go on all the time, through whichever gateways a load balancer would choose, and that look at every answer. Like one, it asks the next
/// gateway where the connection itself is refused: nothing was sent, and a probe may be late on a machine with too much to do.
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
            var index = Next();
            var gateway = _gateways[index];

            try
            {
                using var response = await _http.PostAsync(new Uri(gateway.Url, $"function/{function}"), new StringContent(prompt), _stop.Token);
                var answer = await response.Content.ReadAsStringAsync(_stop.Token);

                if (response.IsSuccessStatusCode && answer == expected)
                {
                    Interlocked.Increment(ref _answers);
                }
                else
                {
                    _failures.Enqueue($"{gateway.Name} {function}: {(int)response.StatusCode} {answer}");
                }
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                // The load is over.
            }
            catch (HttpRequestException refused) when (refused.HttpRequestError is HttpRequestError.ConnectionError && IsAnotherReady(index))
            {
                Volatile.Write(ref _ready[index], false);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TaskCanceledException)
            {
                _failures.Enqueue($"{gateway.Name} {function}: {failure.Message} {failure.InnerException?.Message}");
            }
        }
    }

    private bool IsAnotherReady(int but) => Enumerable.Range(0, _gateways.Count).Any(other => other != but && Volatile.Read(ref _ready[other]));

    /// <summary>In turn, of those that are ready; when none is, the next one hears it.</summary>
    private int Next()
    {
        for (var i = 0; i < _gateways.Count; i++)
        {
            var index = (int)((uint)Interlocked.Increment(ref _turn) % (uint)_gateways.Count);

            if (Volatile.Read(ref _ready[index]))
            {
                return index;
            }
        }

        return 0;
    }
}

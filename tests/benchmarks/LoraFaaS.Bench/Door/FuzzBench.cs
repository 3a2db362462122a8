using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// Mutated requests to every endpoint of the whole platform with the demo in it. Counted is every 5xx that nobody means: 503 with Retry-After and 504 are
/// said on purpose. At the end the platform must answer as at the beginning, in the same processes; what memory they have is looked at on the way.
/// </summary>
internal sealed class FuzzBench(ReportWriter report, int requests, int seed)
{
    private const int Clients = 16;

    public async Task<bool> RunAsync()
    {
        using var data = new TempFolder();
        await using var platform = await PlatformRun.StartAsync(data.Path, "--demo");
        var authorization = platform.Http.DefaultRequestHeaders.Authorization!.ToString();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { Timeout = TimeSpan.FromMinutes(2) };
        var unmeant = new ConcurrentQueue<string>();
        var (good, bad, failed) = (0, 0, 0);
        var hosts = HostProcesses.Ids(data.Path);
        var memory = new long[2];
        var begun = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            var random = new Random(seed + client);

            for (var i = client; i < requests; i += Clients)
            {
                if (i == requests / 2)
                {
                    memory[0] = HostProcesses.ResidentBytes(hosts);
                }

                using var request = FuzzedRequest.Create(random, platform.Http.BaseAddress!, authorization);
                using var response = await http.SendAsync(request);
                var said = await response.Content.ReadAsByteArrayAsync();
                var status = (int)response.StatusCode;
                Interlocked.Add(ref good, status < 400 ? 1 : 0);
                Interlocked.Add(ref bad, status < 400 ? 0 : 1);

                if (status >= 500 && status != 504 && !(status == 503 && response.Headers.RetryAfter is not null))
                {
                    Interlocked.Increment(ref failed);
                    unmeant.Enqueue($"seed {seed + client}, request {i}: {request.Method} {request.RequestUri} {status} {Encoding.UTF8.GetString(said.AsSpan(0, Math.Min(said.Length, 200)))}");
                }
            }
        }));

        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        using var after = await platform.Http.PostAsync("/function/sentiment", new StringContent("the soup was cold and the staff rude"));

        memory[1] = HostProcesses.ResidentBytes(hosts);
        var changed = HostProcesses.Ids(data.Path).Count(host => hosts[host.Key] != host.Value);

        foreach (var line in unmeant.Take(20))
        {
            await Console.Error.WriteLineAsync(line);
        }

        report.Add(BenchRow.Limit("mutated requests", requests, "requests"));
        report.Add(BenchRow.Limit("of them answered 2xx or 3xx", good, "requests"));
        report.Add(BenchRow.Limit("of them refused", bad, "requests"));
        report.Add(BenchRow.Limit("of them answered with a 5xx that nobody means", failed, "requests", 0));
        report.Add(BenchRow.Limit("hosts that had to be started again", changed, "processes", 0));
        report.Add(BenchRow.Limit("memory of gateway, controller and worker after half of it", memory[0] / 1e6, "MB"));
        report.Add(BenchRow.Limit("the same after all of it", memory[1] / 1e6, "MB"));
        report.Add(BenchRow.AtLeast("a good call afterwards", after.IsSuccessStatusCode ? 1 : 0, "answered", 1));
        report.Add(BenchRow.Limit("mutated requests a second", requests / seconds, "1/s"));
        return failed == 0 && changed == 0 && after.IsSuccessStatusCode;
    }
}

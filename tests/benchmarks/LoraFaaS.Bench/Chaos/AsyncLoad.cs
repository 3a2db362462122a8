using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace LoraFaaS.Bench.Chaos;

/// <summary>Asynchronous calls handed in one after another; each that was answered 202 must end with the right answer.</summary>
internal sealed class AsyncLoad(HttpClient http, HttpClient admin, Doors doors, IReadOnlyList<Question> questions)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(4);

    private readonly ConcurrentDictionary<string, Question> _accepted = new(StringComparer.Ordinal);

    public int Accepted => _accepted.Count;

    public IEnumerable<string> AcceptedIds => _accepted.Keys;

    /// <summary>A caller that gets no 202 asks again under the same id: that is what the id is for.</summary>
    public async Task RunAsync(double perSecond, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / perSecond), TimeProvider.System);

        try
        {
            for (var number = 0; await timer.WaitForNextTickAsync(stopping); number++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"chaos-async-{number}");
                var question = questions[number % questions.Count];

                while (!await TryAsync(id, question, stopping))
                {
                    await Task.Delay(Pause, TimeProvider.System, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The last one may or may not have been accepted: nobody was told.
        }
    }

    /// <summary>The accepted calls that did not end, or not with the right answer, in words.</summary>
    public async Task<IReadOnlyList<string>> LostAsync(CancellationToken cancellationToken)
    {
        List<string> lost = [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(EndLimit);

        foreach (var (id, question) in _accepted)
        {
            try
            {
                if (await EndAsync(id, limit.Token) is var answer && answer != question.Answer)
                {
                    lost.Add($"{id}: '{answer}' instead of '{question.Answer}'");
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                lost.Add($"{id}: no end");
            }
        }

        return lost;
    }

    private async Task<bool> TryAsync(string id, Question question, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(doors.Next().Url, $"async-function/{question.Function}"))
        {
            Content = new StringContent(question.Prompt),
        };
        request.Headers.Add("X-Call-Id", id);

        try
        {
            using var response = await http.SendAsync(request, stopping);

            if (response.StatusCode is not HttpStatusCode.Accepted)
            {
                return false;
            }

            _accepted[id] = question;
            return true;
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !stopping.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task<string> EndAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await AskAsync(id, cancellationToken) is { } end)
            {
                return end;
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Null while there is no end.</summary>
    private async Task<string?> AskAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await admin.GetAsync(new Uri(doors.Next().Url, $"api/v1/async/{id}"), cancellationToken);

            if (!response.IsSuccessStatusCode)
            {
                return response.StatusCode is HttpStatusCode.NotFound ? "not known" : null;
            }

            using var call = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            return call.RootElement.GetProperty("state").GetString() switch
            {
                "completed" => call.RootElement.GetProperty("body").GetString(),
                "dead" => "given up",
                _ => null,
            };
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}

using System.Net.Http.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>One answer of the worker, read to its end.</summary>
internal sealed record Generation(int Status, ProblemBody? Problem, IReadOnlyList<GenerateEvent> Events)
{
    public string Text => string.Concat(Events.Where(happened => happened.Tokens is not null).Select(happened => happened.Tokens.Text));

    public Finished? Finished => Events is [.., var last] ? last.Finished : null;

    public Failed? Failed => Events is [.., var last] ? last.Failed : null;

    public static async Task<Generation> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            return new Generation((int)response.StatusCode, await response.Content.ReadFromJsonAsync(ContractsJson.Default.ProblemBody, cancellationToken), []);
        }

        await using var reader = new FrameReader<GenerateEvent>(await response.Content.ReadAsStreamAsync(cancellationToken), GenerateEvent.Parser);
        var events = new List<GenerateEvent>();

        await foreach (var happened in reader.ReadAllAsync(cancellationToken))
        {
            events.Add(happened);
        }

        return new Generation((int)response.StatusCode, null, events);
    }
}

using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>An invocation that runs: it has its first event, and the rest is read when its test wants to.</summary>
internal sealed class OpenStream
{
    private readonly HttpResponseMessage _response;
    private readonly FrameReader<GenerateEvent> _reader;
    private readonly GenerateEvent _first;
    private readonly CancellationToken _token;

    private OpenStream(HttpResponseMessage response, FrameReader<GenerateEvent> reader, GenerateEvent first, CancellationToken token) =>
        (_response, _reader, _first, _token) = (response, reader, first, token);

    /// <summary>What only its number of tokens ends.</summary>
    public static GenerateRequest Endless(DemoWorld world, string trustDomain, int maxTokens)
    {
        var request = world.Request(null, "tell a long story", trustDomain, maxTokens);
        request.Sampling.IgnoreEos = true;
        return request;
    }

    /// <summary>What it was told while it was being loaded is skipped.</summary>
    public static async Task<OpenStream> StartAsync(DemoWorld world, GenerateRequest request, CancellationToken token)
    {
        var response = await world.Worker.PostAsync(request, TimeSpan.FromMinutes(4), token);
        var reader = new FrameReader<GenerateEvent>(await response.Content.ReadAsStreamAsync(token), GenerateEvent.Parser);
        GenerateEvent? first;

        do
        {
            first = (await reader.ReadAsync(token)).Message;
            Assert.NotNull(first);
        }
        while (first.Progress is not null);

        return new OpenStream(response, reader, first, token);
    }

    public async Task<Generation> RestAsync()
    {
        using (_response)
        await using (_reader)
        {
            var events = new List<GenerateEvent> { _first };

            await foreach (var happened in _reader.ReadAllAsync(_token))
            {
                events.Add(happened);
            }

            return new Generation(200, null, events);
        }
    }
}

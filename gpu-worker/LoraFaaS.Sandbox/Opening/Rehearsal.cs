using System.IO.Pipelines;
using LoraFaaS.Engine;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Warmup;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>
/// A sandbox of zeros lives a short life in this process before it is anybody's: opened, given an adapter, asked a few times, drained; over pipes in place
/// of the socket, through the same stations. A first generation is two thirds compiling otherwise. Nothing of it is left but compiled code.
/// </summary>
internal static class Rehearsal
{
    private const string Backbone = "rehearsal";
    private const string Adapter = "rehearsal-adapter";
    private const int Generations = 12;
    private const int Tokens = 8;
    private const int Credits = 64;
    private const int Threads = 2;

    /// <summary>What a step calls once a layer is then called often enough to be compiled for good.</summary>
    private const int Layers = 4;

    private const long DeviceBytes = 2 << 20;

    /// <summary>Returns early, between two steps, once <paramref name="enough"/> is cancelled.</summary>
    public static async Task RunAsync(TimeProvider time, JsonLog log, CancellationToken enough)
    {
        if (new SandboxOpener(time, log).Open(Frame(), MapZeros, readText: null) is not OpenOutcome.Opened { Sandbox: var sandbox })
        {
            return;
        }

        using (sandbox)
        {
            var (inwards, outwards) = (new Pipe(), new Pipe());
            await using var connection = new WorkerConnection(inwards.Reader.AsStream(), outwards.Writer.AsStream());
            using var outbox = new Outbox(connection.Writer, log);
            var writing = outbox.WriteAllAsync(CancellationToken.None);
            outbox.Post(new FromSandbox { Ready = OpeningStation.Describe(sandbox) });

            using (var stations = new SandboxStations(sandbox, outbox, time, log))
            {
                await PerformAsync(stations, connection, new FrameWriter(inwards.Writer), outwards.Reader, enough);
            }

            await outwards.Reader.CompleteAsync();
            outbox.Complete();
            await writing;
        }
    }

    private static async Task PerformAsync(SandboxStations stations, WorkerConnection connection, FrameWriter writer, PipeReader answers, CancellationToken enough)
    {
        // Its memory outlives the stations: one that is copied when the rehearsal is cut short is copied to its end.
        using var backend = new CpuBackend(new EngineOptions { Threads = 1 });
        using var adapter = BlankImages.Adapter(backend, PackedDtype.BF16);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(enough);
        var serving = stations.ServeAsync(connection, end.Token);

        try
        {
            await stations.LoadAsync(Adapter, AdapterImage.Open(adapter.Address, adapter.Bytes), end.Token);
            await PlayAsync(writer, answers, end.Token);
            await serving;
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // The process is wanted: the rest of the play is not.
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAny(serving);
        }
    }

    /// <summary>The worker's part.</summary>
    private static async Task PlayAsync(FrameWriter writer, PipeReader answers, CancellationToken enough)
    {
        await using var reader = new FrameReader<FromSandbox>(answers, FromSandbox.Parser);

        for (var number = 1UL; number <= Generations; number++)
        {
            await writer.WriteAsync(new ToSandbox { Generate = new Generate { Sequence = number, Credits = Credits, Request = Request(number) } }, enough);
            await ListenAsync(number, writer, reader, enough);
        }

        await writer.WriteAsync(new ToSandbox { Lease = new Lease { DeviceBytes = 2 * DeviceBytes } }, enough);
        await writer.WriteAsync(new ToSandbox { Ping = new Ping { Number = 1 } }, enough);
        await writer.WriteAsync(new ToSandbox { UnloadAdapter = new UnloadAdapter { AdapterDigest = Adapter } }, enough);
        await writer.WriteAsync(new ToSandbox { Drain = new Drain() }, enough);
    }

    private static async Task ListenAsync(ulong number, FrameWriter writer, FrameReader<FromSandbox> reader, CancellationToken enough)
    {
        while (await reader.ReadAsync(enough) is { Message: { } message })
        {
            if (message.Event?.Event_ is not { } happened)
            {
                continue;
            }

            if (happened.KindCase is GenerateEvent.KindOneofCase.Finished or GenerateEvent.KindOneofCase.Failed)
            {
                return;
            }

            await writer.WriteAsync(new ToSandbox { Credit = new Credit { Sequence = number, Credits = 1 } }, enough);
        }
    }

    /// <summary>Greedy and sampled, as a chat and as bare tokens, with the adapter.</summary>
    private static GenerateRequest Request(ulong number)
    {
        var isChat = number % 2 == 0;
        var prompt = isChat ? new Prompt { UserText = $"number {number}" } : new Prompt { Tokens = new TokenIds() };

        if (!isChat)
        {
            prompt.Tokens.Ids.AddRange(Enumerable.Range((int)number, 2 * Tokens));
        }

        return new GenerateRequest
        {
            CallId = "rehearsal",
            Revision = new RevisionRef { Namespace = Backbone, Function = Backbone, Number = 1, BackboneDigest = Backbone, AdapterDigest = Adapter, TrustDomain = Backbone },
            Prompt = prompt,
            Sampling = new Protocol.Data.Sampling { Temperature = number % 3 == 0 ? 1 : 0, TopP = 1, RepetitionPenalty = 1, MaxTokens = Tokens, TopLogprobs = -1, IgnoreEos = true },
            Stream = true,
        };
    }

    private static Open Frame()
    {
        var open = new Open
        {
            BackboneDigest = Backbone, TrustDomain = Backbone, DeviceBytes = DeviceBytes, DeviceLimitBytes = 2 * DeviceBytes, Threads = Math.Min(Threads, Environment.ProcessorCount),
            MaxSequences = 4, MaxStepTokens = 64, Kernels = "auto",
        };

        foreach (var (name, content) in RehearsalText.Files)
        {
            open.TextFiles.Add(name, content);
        }

        return open;
    }

    private static MappedMemory MapZeros()
    {
        using var backend = new CpuBackend(new EngineOptions { Threads = 1 });
        using var image = BlankImages.Backbone(backend, PackedDtype.BF16, BlankImages.Shape with { Layers = Layers });
        var memory = MappedMemory.Anonymous(image.Bytes);
        image.Read(0, memory.Span(0, checked((int)image.Bytes)));
        return memory;
    }
}

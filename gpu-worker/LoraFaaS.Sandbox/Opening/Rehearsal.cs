using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Linux.Synchronization;
using LoraFaaS.Protocol.Arrivals;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>
/// A sandbox of zeros lives a short life in this process before it is anybody's: prepared, opened, given its turns and an adapter, asked a few times, drained;
/// through the very pipeline that serves later, over a pair of sockets on which descriptors travel, which the worker has given. A first generation is two
/// thirds compiling otherwise, and its opening a third. Nothing of it is left but compiled code.
/// </summary>
internal static class Rehearsal
{
    private const string Backbone = "rehearsal";
    private const string Adapter = "rehearsal-adapter";
    private const int Generations = 12;
    private const int Tokens = 8;
    private const int Credits = 64;
    private const int Threads = 2;
    private const long DeviceBytes = 2 << 20;

    /// <summary>Returns early, between two steps, once <paramref name="enough"/> is cancelled.</summary>
    public static async Task RunAsync(RehearsalPieces pieces, TimeProvider time, JsonLog log, CancellationToken enough)
    {
        await using var stream = DescriptorStream.Of(pieces.Take(RehearsalRole.WorkerSocket), maxPending: 0);

        // Open to the end: what is said last finds someone to say it to.
        await using var reader = new FrameReader<FromSandbox>(stream, FromSandbox.Parser);
        await using var connection = WorkerConnection.Of(pieces.Take(RehearsalRole.SandboxSocket));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(enough);
        var serving = SandboxPipeline.RunAsync(connection, isRehearsal: true, time, log, end.Token);
        var playing = PlayAsync(new RehearsalWorker(pieces, stream, reader), end.Token);

        try
        {
            // One that ends before the play does has refused something: nobody answers the player any more.
            if (await Task.WhenAny(playing, serving) == serving && !playing.IsCompleted && !enough.IsCancellationRequested)
            {
                log.Error("The rehearsal ended early", null, ("exit", await serving));
                return;
            }

            await playing;
            await serving;
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // The process is wanted: the rest of the play is not.
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAny(Task.WhenAll(playing, serving));
        }
    }

    /// <summary>The worker's part.</summary>
    private static async Task PlayAsync(RehearsalWorker worker, CancellationToken enough)
    {
        await worker.SendAsync(new ToSandbox { Prepare = Ahead() }, RehearsalRole.Backbone, enough);
        var open = Opening();
        open.TrustDomain = Backbone;
        await worker.SendAsync(new ToSandbox { Open = open }, RehearsalRole.Backbone, enough);
        await worker.HearAsync(FromSandbox.KindOneofCase.Ready, enough);

        await worker.SendAsync(new ToSandbox { TurnPage = new TurnPage { Role = TurnPageRole.Grant } }, RehearsalRole.TurnGrant, enough);
        await worker.SendAsync(new ToSandbox { TurnPage = new TurnPage { Role = TurnPageRole.OwnWord } }, RehearsalRole.TurnWord, enough);
        await worker.HearAsync(FromSandbox.KindOneofCase.TurnPagesMapped, enough);

        await PlayArrivalAsync(worker, enough);
        await worker.SendAsync(new ToSandbox { LoadAdapter = new LoadAdapter { AdapterDigest = Adapter } }, RehearsalRole.Adapter, enough);
        await worker.HearAsync(FromSandbox.KindOneofCase.AdapterLoaded, enough);

        for (var number = 2UL; number <= Generations; number++)
        {
            await worker.SendAsync(new ToSandbox { Generate = new Generate { Sequence = number, Credits = Credits, Request = Request(number) } }, enough);
            await worker.ListenAsync(number, enough);
        }

        await worker.SendAsync(new ToSandbox { Lease = new Lease { DeviceBytes = 2 * DeviceBytes } }, enough);
        await worker.SendAsync(new ToSandbox { Ping = new Ping { Number = 1 } }, enough);
        await worker.SendAsync(new ToSandbox { UnloadAdapter = new UnloadAdapter { AdapterDigest = Adapter } }, enough);
        await worker.SendAsync(new ToSandbox { Drain = new Drain() }, enough);
    }

    /// <summary>
    /// A prompt on an adapter that all of is there of, and that nobody has vouched for yet: its step waits for that word. It most likely waits by the time that the ping is answered; if it does not
    /// it has less to rehearse.
    /// </summary>
    private static async Task PlayArrivalAsync(RehearsalWorker worker, CancellationToken enough)
    {
        using var page = worker.TakePage(RehearsalRole.ArrivalPage);
        page.WriteLong(ArrivalPages.Bytes, long.MaxValue);
        await worker.SendAsync(new ToSandbox { ArrivalPage = new ArrivalPage { AdapterDigest = Adapter } }, page.Descriptor, enough);
        await worker.SendAsync(new ToSandbox { LoadAdapter = new LoadAdapter { AdapterDigest = Adapter } }, RehearsalRole.Adapter, enough);
        await worker.SendAsync(new ToSandbox { Generate = new Generate { Sequence = 1, Credits = Credits, Request = Request(1) } }, enough);
        await worker.SendAsync(new ToSandbox { Ping = new Ping { Number = 1 } }, enough);
        await worker.HearAsync(FromSandbox.KindOneofCase.Pong, enough);
        page.Write(ArrivalPages.State, (uint)ArrivalState.Whole);
        Futex.Wake(page, ArrivalPages.State);
        page.Ring(ArrivalPages.Signal);
        await worker.HearAsync(FromSandbox.KindOneofCase.AdapterLoaded, enough);
        await worker.ListenAsync(1, enough);
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

    /// <summary>As the worker says it to a blank: without text, and without whose it will be.</summary>
    private static Open Opening() => new()
    {
        BackboneDigest = Backbone, DeviceBytes = DeviceBytes, DeviceLimitBytes = 2 * DeviceBytes, Threads = Math.Min(Threads, Environment.ProcessorCount),
        MaxSequences = 4, MaxStepTokens = 64, Kernels = "auto",
    };

    private static Prepare Ahead()
    {
        var ahead = new Prepare { BackboneDigest = Backbone, Opening = Opening(), TouchedBytes = DeviceBytes };

        foreach (var (name, content) in RehearsalText.Files)
        {
            ahead.TextFiles.Add(name, content);
        }

        return ahead;
    }
}

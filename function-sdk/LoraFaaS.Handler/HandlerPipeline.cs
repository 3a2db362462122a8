using LoraFaaS.Contracts.Identity;
using LoraFaaS.Functions;
using LoraFaaS.Handler.Connection;
using LoraFaaS.Handler.Invocations;
using LoraFaaS.Handler.Loading;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler;

/// <summary>
/// A handler's life, in order: wait as a blank → be told whose it is → load the package, make the function → serve invocations, many on one socket → end.
/// Everything that reaches a function or leaves it passes that socket; the worker at its other end counts, bounds and judges.
/// </summary>
internal static class HandlerPipeline
{
    /// <summary>0: told to end, or the worker is gone. 3: the code could not be loaded.</summary>
    public static async Task<int> RunAsync(Stream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var frames = new FrameReader<ToHandler>(stream, ToHandler.Parser, HandlerLimits.MaxToHandlerBytes);
        await using var outbox = new Outbox(stream);

        if ((await frames.ReadAsync(cancellationToken)).Message?.Open is not { } open)
        {
            return 0;
        }

        var begun = time.GetTimestamp();

        // Before the author's first line runs, static initialisers included. They are this process's own, which holds this function's code and no other.
        foreach (var (name, value) in open.Environment)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        switch (FunctionLoader.Load(open.Folder, open.EntryFile, open.TypeName))
        {
            case FunctionLoading.Refused refused:
                await outbox.SendAsync(new FromHandler { OpenRefused = new OpenRefused { Message = refused.Message } }, cancellationToken);
                await outbox.DrainAsync();
                return 3;

            case FunctionLoading.Loaded loaded:
                await outbox.SendAsync(new FromHandler { Opened = new Opened { LoadMs = time.GetElapsedTime(begun).TotalMilliseconds } }, cancellationToken);
                var server = new InvocationServer(loaded.Function, Identify(open), Secrets(open), outbox, time);
                await server.ServeAsync(frames, cancellationToken);
                await outbox.DrainAsync();
                return 0;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static FunctionId Identify(OpenCode open) => new(new NamespaceName(open.Namespace), new FunctionName(open.Function));

    private static FunctionSecrets Secrets(OpenCode open) =>
        new(open.Secrets.ToDictionary(pair => pair.Key, pair => pair.Value.Memory, StringComparer.Ordinal));
}

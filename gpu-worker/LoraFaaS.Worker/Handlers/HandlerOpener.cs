using LoraFaaS.Contracts.Errors;
using LoraFaaS.Packaging;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Handler;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Handlers;

/// <summary>Turns a blank into one function's handler: its package into the process's folder, its secrets over the socket, and the author's class made.</summary>
internal sealed partial class HandlerOpener(
    HandlerSpawner spawner, CodeStore code, ISecretSource secrets, FunctionLog log, IOptions<HandlerOptions> options, TimeProvider time, ILogger<HandlerOpener> logger)
{
    /// <summary>Processes that may end before they have taken a call: one is bad luck, as many as this are code that cannot be loaded.</summary>
    private const int MaxProcesses = 3;

    private readonly HandlerOptions _options = options.Value;

    /// <summary>A process that is killed while it waits, or while it loads the code, has answered nobody yet: another takes its place.</summary>
    public async Task<Loading<ResidentHandler>> OpenAsync(HandlerSpec spec, CancellationToken cancellationToken)
    {
        var lines = new HandlerLog(spec.Key.Function, log, _options.LogLinesPerSecond, time);

        for (var processes = 1; ; processes++)
        {
            var (opening, endedEarly) = await TryOpenAsync(spec, lines, cancellationToken);

            if (processes == MaxProcesses || !endedEarly)
            {
                return opening;
            }

            LogEndedEarly(spec.Key.Function);
        }
    }

    private async Task<(Loading<ResidentHandler> Opening, bool EndedEarly)> TryOpenAsync(HandlerSpec spec, HandlerLog lines, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        HandlerProcess? process = null;
        HandlerChannel? channel = null;

        try
        {
            process = await spawner.TakeAsync(cancellationToken);
            process.BelongTo(spec.Key.Function.ToString(), lines.Write);

            var (open, problem) = await PrepareAsync(spec, process.CodeFolder, cancellationToken);

            if (open is null)
            {
                return (await FailAsync(process, channel, problem!), false);
            }

            channel = new HandlerChannel(process.Id, spec.Key.Function, process.Stream, lines.Write, time, logger);

            switch (await channel.OpenAsync(open, cancellationToken).WaitAsync(_options.Start, time, cancellationToken))
            {
                case HandlerOpening.Opened opened:
                    LogOpened(process.Id, spec.Key.Function, spec.Key.Revision, process.ProcessId, time.GetElapsedTime(begun).TotalMilliseconds, opened.Load.TotalMilliseconds);
                    return (new Loading<ResidentHandler>.Ready(new ResidentHandler(spec, process, channel, lines, _options, time)), false);
                case HandlerOpening.Refused refused:
                    return (await FailAsync(process, channel, new Problem(ErrorCode.CodeInvalid, $"The code of {spec.Key.Function} cannot be loaded: {refused.Message}")), false);
                case HandlerOpening.Lost:
                    return (await FailAsync(process, channel, new Problem(ErrorCode.HandlerLost, $"The code of {spec.Key.Function} ended while it was being loaded.")), true);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        catch (SandboxStartException failure)
        {
            LogNotStarted(failure, spec.Key.Function);
            return (await FailAsync(process, channel, new Problem(ErrorCode.ActivationFailed, failure.Message)), failure.IsEarlyEnd);
        }
        catch (TimeoutException)
        {
            return (await FailAsync(process, channel, new Problem(ErrorCode.HandlerLost, $"The code of {spec.Key.Function} was not loaded within {_options.Start}.")), false);
        }
        catch
        {
            await FailAsync(process, channel, new Problem(ErrorCode.Internal, ""));
            throw;
        }
    }

    private async Task<(OpenCode? Open, Problem? Problem)> PrepareAsync(HandlerSpec spec, string folder, CancellationToken cancellationToken)
    {
        switch (await code.UnpackAsync(spec, folder, cancellationToken))
        {
            case Loading<PackageInspection.Valid>.Ready { Value: var package }:
                var open = new OpenCode
                {
                    Namespace = spec.Key.Function.Namespace.Value,
                    Function = spec.Key.Function.Name.Value,
                    Folder = folder,
                    EntryFile = package.EntryFile,
                    TypeName = package.TypeName,
                };
                var problem = spec.HasSettings ? await AddSettingsAsync(open, spec.Key, cancellationToken) : null;
                return (problem is null ? open : null, problem);

            case Loading<PackageInspection.Valid>.Failed failed:
                return (null, failed.Problem);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Problem?> AddSettingsAsync(OpenCode open, HandlerKey key, CancellationToken cancellationToken)
    {
        switch (await secrets.ReadAsync(key, cancellationToken))
        {
            case Loading<ReadSecretsReply>.Ready { Value: var reply }:
                open.Secrets.Add(reply.Secrets);
                open.Environment.Add(reply.Environment);
                return null;
            case Loading<ReadSecretsReply>.Failed failed:
                return failed.Problem;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async Task<Loading<ResidentHandler>> FailAsync(HandlerProcess? process, HandlerChannel? channel, Problem problem)
    {
        if (channel is not null)
        {
            await channel.DisposeAsync();
        }

        if (process is not null)
        {
            await process.DisposeAsync();
        }

        return new Loading<ResidentHandler>.Failed(problem);
    }

    [LoggerMessage(3631, LogLevel.Information, "Handler {Handler} is {Function} revision {Revision}, process {ProcessId}, ready in {ReadyMs:0.0} ms, of which its code took {LoadMs:0.0} ms to load")]
    private partial void LogOpened(HandlerId handler, Contracts.Identity.FunctionId function, int revision, int processId, double readyMs, double loadMs);

    [LoggerMessage(3632, LogLevel.Error, "No handler for {Function} could be started")]
    private partial void LogNotStarted(Exception exception, Contracts.Identity.FunctionId function);

    [LoggerMessage(3633, LogLevel.Warning, "A process ended before it was the handler of {Function}; another takes its place")]
    private partial void LogEndedEarly(Contracts.Identity.FunctionId function);
}

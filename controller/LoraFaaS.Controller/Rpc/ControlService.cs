using System.Diagnostics;
using System.Runtime.CompilerServices;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Logs;
using LoraFaaS.ControlPlane.Metering;
using LoraFaaS.ControlPlane.Placement;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Routes;
using LoraFaaS.ControlPlane.Secrets;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Server;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;
using WorkerCommand = LoraFaaS.Protocol.Control.WorkerCommand;

namespace LoraFaaS.Controller.Rpc;

/// <summary>What gateways and workers ask over the gRPC wire.</summary>
internal sealed partial class ControlService(
    RouteTable routes, ActivationService activations, WorkerRegistry workers, FunctionLogs logs, IUsageStore usage, IWarmStateStore warm, FunctionSecretReader secrets,
    ControllerIdentity identity, HostAddresses addresses, IOptions<WorkerOptions> options, TimeProvider time, ILoggerFactory loggers)
    : IControlService
{
    /// <summary>How long a gateway that is killed keeps its API keys' places. Gateways renew them every second; one that cannot for this long gives none out any more.</summary>
    private static readonly TimeSpan KeyPlacesLast = TimeSpan.FromSeconds(6);

    private readonly ILogger _logger = loggers.CreateLogger<ControlService>();

    public async IAsyncEnumerable<RouteUpdate> WatchRoutesAsync(WatchRoutesRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in routes.WatchAsync(cancellationToken))
        {
            yield return change.ToWire();
        }
    }

    public async Task<ActivateReply> ActivateAsync(ActivateRequest request, CancellationToken cancellationToken)
    {
        if (request.Key is not { } key || !NamespaceName.TryParse(key.Namespace, out var @namespace) || !FunctionName.TryParse(key.Function, out var name))
        {
            throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, "key names no function");
        }

        var timeLeft = TimeSpan.FromMilliseconds(request.TimeLeftMs);

        return await activations.ActivateAsync(new FunctionId(@namespace, name), request.Revision, timeLeft, cancellationToken) switch
        {
            ActivationOutcome.Ready ready => new ActivateReply { WorkerId = ready.Worker.Value, WorkerUrl = ready.Url, Account = AccountWire.Write(ready.Account) },
            ActivationOutcome.Refused { Problem: var problem } => new ActivateReply
            {
                ErrorCode = problem.Code.ToWire(),
                ErrorMessage = problem.Message,
                RetryAfterMs = (int)(problem.RetryAfter?.TotalMilliseconds ?? 0),
            },
            _ => throw new UnreachableException(),
        };
    }

    public async Task<ReadSecretsReply> ReadSecretsAsync(ReadSecretsRequest request, CancellationToken cancellationToken)
    {
        if (request.Key is not { } key || !NamespaceName.TryParse(key.Namespace, out var @namespace) || !FunctionName.TryParse(key.Function, out var name))
        {
            throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, "key names no function");
        }

        switch (await secrets.ReadAsync(new FunctionId(@namespace, name), request.Revision, cancellationToken))
        {
            case CodeSettings.Given given:
                var reply = new ReadSecretsReply { Environment = { given.Environment.ToDictionary() } };

                foreach (var (secret, value) in given.Secrets)
                {
                    reply.Secrets.Add(secret, Google.Protobuf.ByteString.CopyFrom(value));
                }

                return reply;
            case CodeSettings.Refused refused:
                return new ReadSecretsReply { ErrorCode = refused.Problem.Code.ToWire(), ErrorMessage = refused.Problem.Message };
            default:
                throw new UnreachableException();
        }
    }

    public async Task<ArrivalReply> ReportArrivalsAsync(ArrivalReport report, CancellationToken cancellationToken)
    {
        var arrivals = new Dictionary<FunctionId, long>();

        foreach (var count in report.Counts)
        {
            if (count is { Count: > 0, Key: { } key } && NamespaceName.TryParse(key.Namespace, out var @namespace) && FunctionName.TryParse(key.Function, out var name))
            {
                var function = new FunctionId(@namespace, name);
                arrivals[function] = arrivals.GetValueOrDefault(function) + count.Count;
            }
        }

        try
        {
            await warm.AddArrivalsAsync(arrivals, cancellationToken);
            var uses = report.KeyUses.DistinctBy(use => use.KeyId).ToDictionary(use => new ApiKeyId(use.KeyId), use => new ControlPlane.Ports.KeyUse(use.Requests, use.Tokens));
            var totals = await warm.AddKeyUsesAsync(uses, cancellationToken);
            return new ArrivalReply
            {
                KeyTotals = { totals.Select(total => new Protocol.Control.KeyUse { KeyId = total.Key.Value, Requests = total.Value.Requests, Tokens = total.Value.Tokens }) },
            };
        }
        catch (WarmStateUnavailableException exception)
        {
            throw new GrpcStatusException(GrpcStatusCode.Unavailable, exception.Message);
        }
    }

    public async Task<KeyPlacesReply> LeaseKeyPlacesAsync(KeyPlacesRequest request, CancellationToken cancellationToken)
    {
        if (request.GatewayId.Length == 0 || request.Claims.Any(claim => claim is not { KeyId.Length: > 0, Running: >= 0, Held: >= 0, Wanted: >= 0, Most: >= 0 }))
        {
            throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, "a claim names its gateway and its key, and counts from nothing on");
        }

        var claims = request.Claims.DistinctBy(claim => claim.KeyId).ToDictionary(
            claim => new ApiKeyId(claim.KeyId), claim => new Policies.Admission.KeyPlaceClaim(claim.Number, claim.Running, claim.Held, claim.Wanted, claim.Most));

        try
        {
            var grants = await warm.LeaseKeyPlacesAsync(request.GatewayId, claims, KeyPlacesLast, cancellationToken);
            return new KeyPlacesReply
            {
                LastsMs = (int)KeyPlacesLast.TotalMilliseconds,
                Grants = { grants.Select(grant => new KeyPlaceGrant { KeyId = grant.Key.Value, Granted = grant.Value.Granted, IsScarce = grant.Value.IsScarce, MayAskAgain = grant.Value.MayAskAgain }) },
            };
        }
        catch (WarmStateUnavailableException exception)
        {
            throw new GrpcStatusException(GrpcStatusCode.Unavailable, exception.Message);
        }
    }

    public async Task RunWorkerSessionAsync(GrpcServerDuplex<WorkerMessage, WorkerCommand> session, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var messages = session.ReadAllAsync(ending.Token).GetAsyncEnumerator(ending.Token);

        var hello = await ReadHelloAsync(messages, ending);
        var welcome = new Welcome { ControllerId = identity.Value, ArtifactsUrl = $"{(await addresses.ListeningAsync(cancellationToken)).Http}/internal/artifacts" };

        using var opened = workers.Open(hello);
        using var closed = opened.Closed.Register(ending.Cancel);
        var ended = "it closed its session";

        try
        {
            await workers.TellBackbonesAsync(ending.Token);
            var ingest = new UsageIngest(opened, usage, warm, options.Value.UsageLength, time, loggers.CreateLogger<UsageIngest>());
            var call = new WorkerSessionCall(opened, workers, ingest, logs, welcome, session, loggers.CreateLogger<WorkerSessionCall>());
            await call.RunAsync(messages, ending);
        }
        catch (OperationCanceledException) when (opened.Closed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            ended = "it was silent or has a newer session";
            throw new GrpcStatusException(GrpcStatusCode.Aborted, ended);
        }
        catch (Exception exception)
        {
            ended = exception.Message;
            throw;
        }
        finally
        {
            await CloseAsync(opened, ended);
        }
    }

    private async Task<ControlPlane.Workers.WorkerHello> ReadHelloAsync(IAsyncEnumerator<WorkerMessage> messages, CancellationTokenSource ending)
    {
        // Who connects and says nothing holds a stream for this long and no longer.
        using var patience = new CancellationTokenSource(options.Value.SessionTimeout, time);
        using var registration = patience.Token.Register(ending.Cancel);

        try
        {
            if (!await messages.MoveNextAsync() || messages.Current.KindCase is not WorkerMessage.KindOneofCase.Hello)
            {
                throw new GrpcStatusException(GrpcStatusCode.FailedPrecondition, "A session begins with hello.");
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new GrpcStatusException(GrpcStatusCode.DeadlineExceeded, "A session begins with hello, and none came.");
        }

        return WorkerWire.TryRead(messages.Current.Hello, out var hello, out var problem)
            ? hello
            : throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, problem);
    }

    private async Task CloseAsync(WorkerSession session, string reason)
    {
        // The call's own token is cancelled by now; leaving the warm state must not depend on it, nor take long.
        using var limit = new CancellationTokenSource(options.Value.SessionTimeout, time);

        try
        {
            await workers.CloseAsync(session, reason, limit.Token);
        }
        catch (Exception exception) when (exception is WarmStateUnavailableException or OperationCanceledException)
        {
            // Its entry runs out by itself within the session timeout.
            LogNotRemoved(session.Id, exception.Message);
        }
    }
}

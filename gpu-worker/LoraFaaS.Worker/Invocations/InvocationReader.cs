using Google.Protobuf;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Bytes to an invocation. Pure: whatever is wrong has a name and, where one is at fault, a field.</summary>
internal static class InvocationReader
{
    public static Loading<Invocation> Read(ReadOnlySpan<byte> body, string callId, TimeSpan timeLimit, long arrivedAt, DateTimeOffset startedAt)
    {
        GenerateRequest request;

        try
        {
            request = GenerateRequest.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return Invalid("The body is not a GenerateRequest.", null);
        }

        if (request.Revision is not { } revision)
        {
            return Invalid("It is missing.", "revision");
        }

        if (!NamespaceName.TryParse(revision.Namespace, out var owner) || !FunctionName.TryParse(revision.Function, out var name))
        {
            return Invalid($"'{revision.Function}.{revision.Namespace}' names no function.", "revision.function");
        }

        if (!Digest.TryParse(revision.BackboneDigest, out var backbone))
        {
            return Invalid("It is not a digest.", "revision.backbone_digest");
        }

        Digest? adapter = null;

        if (revision.AdapterDigest.Length > 0)
        {
            if (!Digest.TryParse(revision.AdapterDigest, out var digest))
            {
                return Invalid("It is not a digest.", "revision.adapter_digest");
            }

            adapter = digest;
        }

        if (revision.TrustDomain.Length == 0)
        {
            return Invalid("It is missing.", "revision.trust_domain");
        }

        // A place is asked for without saying what for.
        request.Sampling = request.PlaceOnly ? new Sampling() : request.Sampling;

        if (!request.PlaceOnly && revision.CodeDigest.Length > 0 && (request.Call is null || !Digest.TryParse(revision.CodeDigest, out _)))
        {
            return Invalid("A function with code needs the call and its package's digest.", "call");
        }

        if (!request.PlaceOnly && revision.CodeDigest.Length == 0 && (request.Prompt is null || request.Prompt.KindCase is Prompt.KindOneofCase.None))
        {
            return Invalid("It is missing.", "prompt");
        }

        if (!request.PlaceOnly && (request.Sampling is null || request.Sampling.MaxTokens <= 0))
        {
            return Invalid("It must be at least 1.", "max_tokens");
        }

        // The id also seeds unseeded sampling, so it must be the same when another sandbox goes on.
        request.CallId = callId.Length > 0 ? callId : request.CallId.Length > 0 ? request.CallId : Guid.NewGuid().ToString();

        var function = new FunctionId(owner, name);

        return new Loading<Invocation>.Ready(new Invocation
        {
            CallId = new CallId(request.CallId),
            Function = function,
            Code = request.PlaceOnly ? null : HandlerSpec.Of(function, revision),
            Sandbox = new SandboxKey(new TrustDomain(revision.TrustDomain), backbone),
            Adapter = adapter,
            Request = request,
            Slo = revision.SloTtftMs > 0 ? TimeSpan.FromMilliseconds(revision.SloTtftMs) : null,
            ArrivedAt = arrivedAt,
            StartedAt = startedAt,
            TimeLimit = timeLimit,
        });
    }

    /// <summary>An answer that was begun with another arithmetic is not gone on with: its caller would be given other tokens without a word.</summary>
    public static Loading<Invocation> RefuseOthersTokens(Loading<Invocation> read, string arithmetic) =>
        read is Loading<Invocation>.Ready { Value.Request: { ResumeTokens.Count: > 0, ResumeArithmetic: { Length: > 0 } begunWith } } && begunWith != arithmetic
            ? new Loading<Invocation>.Failed(new Problem(
                ErrorCode.ArithmeticDiffers, $"The answer was begun with {begunWith}; this worker computes with {arithmetic} and might go on with other tokens."))
            : read;

    private static Loading<Invocation> Invalid(string message, string? field) =>
        new Loading<Invocation>.Failed(new Problem(ErrorCode.InvalidRequest, message, field));
}

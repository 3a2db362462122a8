using LoraFaaS.Contracts.Functions;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Requests;

/// <summary>
/// What every call of one revision says alike, made with its first: its name, and the parts of a worker's request that no caller changes. The messages are read by all calls and
/// written by none; who must change one (a continued stream, the second of several answers) has a copy of the whole request.
/// </summary>
internal sealed class RevisionWords(FunctionRevision revision)
{
    public FunctionRevision Revision => revision;

    /// <summary>Name and namespace, as metrics and logs have it.</summary>
    public string Function { get; } = revision.Function.ToString();

    public RevisionRef Reference { get; } = GenerateRequestFactory.ToRef(revision);

    /// <summary>How tokens are chosen where the caller says nothing of it. Null: there is a draw in it, which is another for each call.</summary>
    public Sampling? Sampling { get; } = revision.Sampling is { Seed: null, Temperature: > 0 } ? null : GenerateRequestFactory.ToSampling(revision.Sampling, SamplingOverrides.None);
}

using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Admission;

/// <summary>What came of reading a request's body.</summary>
internal abstract record BodyRead
{
    private BodyRead()
    {
    }

    public sealed record Complete(ReadOnlyMemory<byte> Bytes) : BodyRead;

    public sealed record Refused(Problem Problem) : BodyRead;
}

using System.Diagnostics.CodeAnalysis;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Requests;

/// <summary>Keeps the first thing that is wrong with a request; what is found after it is not reported.</summary>
internal sealed class FieldProblems
{
    public Problem? First { get; private set; }

    [MemberNotNullWhen(true, nameof(First))]
    public bool Any => First is not null;

    public void Add(string field, string message) => First ??= new Problem(ErrorCode.InvalidRequest, message, field);

    public void Add(Problem? problem) => First ??= problem;
}

using System.Collections.Immutable;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>Arguments as written.</summary>
internal sealed record CallArguments(ImmutableArray<Expression> Positional, ImmutableArray<(string Name, Expression Value)> Named)
{
    public static CallArguments None { get; } = new([], []);
}

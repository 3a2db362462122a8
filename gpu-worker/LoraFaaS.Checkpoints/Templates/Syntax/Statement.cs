using System.Collections.Immutable;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>What does something: writes, decides, repeats, names.</summary>
internal abstract record Statement(int Line)
{
    public sealed record Data(Values.TextValue Text, int Line) : Statement(Line);

    public sealed record Output(Expression Value, int Line) : Statement(Line);

    public sealed record If(ImmutableArray<(Expression Condition, ImmutableArray<Statement> Body)> Branches, ImmutableArray<Statement> Otherwise, int Line) : Statement(Line);

    public sealed record For(
        ImmutableArray<string> Targets, Expression Source, Expression? Condition, ImmutableArray<Statement> Body, ImmutableArray<Statement> Otherwise, int Line)
        : Statement(Line);

    /// <summary><c>set a, b = …</c>.</summary>
    public sealed record Set(ImmutableArray<string> Targets, Expression Value, int Line) : Statement(Line);

    /// <summary><c>set ns.a = …</c>.</summary>
    public sealed record SetMember(string Target, string Member, Expression Value, int Line) : Statement(Line);

    /// <summary><c>set a</c> … <c>endset</c>: the body's output is the value.</summary>
    public sealed record SetBlock(string Target, ImmutableArray<Statement> Body, int Line) : Statement(Line);

    public sealed record Macro(string Name, ImmutableArray<(string Name, Expression? Default)> Parameters, ImmutableArray<Statement> Body, int Line) : Statement(Line);

    /// <summary>A body that is run as it is: <c>generation</c> marks training targets, and means nothing here.</summary>
    public sealed record Block(ImmutableArray<Statement> Body, int Line) : Statement(Line);

    public sealed record Break(int Line) : Statement(Line);

    public sealed record Continue(int Line) : Statement(Line);
}

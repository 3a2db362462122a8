using System.Collections.Immutable;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>What has a value.</summary>
internal abstract record Expression(int Line)
{
    public sealed record Constant(Values.TemplateValue Value, int Line) : Expression(Line);

    public sealed record Name(string Identifier, int Line) : Expression(Line);

    public sealed record ListOf(ImmutableArray<Expression> Items, bool IsTuple, int Line) : Expression(Line);

    public sealed record MapOf(ImmutableArray<(Expression Key, Expression Value)> Entries, int Line) : Expression(Line);

    /// <summary><c>a.b</c>: a method or attribute first, then an entry.</summary>
    public sealed record Attribute(Expression Target, string Member, int Line) : Expression(Line);

    /// <summary><c>a[b]</c>: an entry first.</summary>
    public sealed record Index(Expression Target, Expression Key, int Line) : Expression(Line);

    public sealed record Slice(Expression Target, Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

    public sealed record Call(Expression Target, CallArguments Arguments, int Line) : Expression(Line);

    /// <summary><c>a|name(…)</c>.</summary>
    public sealed record Filter(Expression Target, string Identifier, CallArguments Arguments, int Line) : Expression(Line);

    /// <summary><c>a is name(…)</c>.</summary>
    public sealed record Test(Expression Target, string Identifier, CallArguments Arguments, int Line) : Expression(Line);

    public sealed record Not(Expression Operand, int Line) : Expression(Line);

    public sealed record Sign(Expression Operand, bool IsNegative, int Line) : Expression(Line);

    /// <summary><c>and</c>, <c>or</c>: the deciding operand itself is the value.</summary>
    public sealed record Logical(Expression Left, Expression Right, bool IsAnd, int Line) : Expression(Line);

    public sealed record Arithmetic(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);

    /// <summary><c>~</c>: both sides as text.</summary>
    public sealed record Concatenation(ImmutableArray<Expression> Parts, int Line) : Expression(Line);

    /// <summary>A chain: each operand is compared with the next.</summary>
    public sealed record Comparison(Expression First, ImmutableArray<(string Operator, Expression Operand)> Rest, int Line) : Expression(Line);

    public sealed record Conditional(Expression Condition, Expression Then, Expression? Otherwise, int Line) : Expression(Line);
}

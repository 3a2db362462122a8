using System.Diagnostics;
using LoraFaaS.Checkpoints.Templates.Syntax;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>The value of an expression in a scope.</summary>
internal sealed class Evaluator(Work work)
{
    public TemplateValue Evaluate(Expression expression, Scope scope)
    {
        work.Step();
        return expression switch
        {
            Expression.Constant constant => constant.Value,
            Expression.Name name => scope.Find(name.Identifier) ?? new UndefinedValue(name.Identifier),
            Expression.ListOf list => new ListValue(Evaluate(list.Items, scope), list.IsTuple),
            Expression.MapOf map => EvaluateMap(map, scope),
            Expression.Attribute attribute => Members.Attribute(Evaluate(attribute.Target, scope), attribute.Member, work),
            Expression.Index index => Members.Index(Evaluate(index.Target, scope), Evaluate(index.Key, scope), work),
            Expression.Slice slice => EvaluateSlice(slice, scope),
            Expression.Call call => EvaluateCall(call, scope),
            Expression.Filter filter => Filters.Apply(filter.Identifier, Evaluate(filter.Target, scope), Evaluate(filter.Arguments, scope), work),
            Expression.Test test => FlagValue.Of(TemplateTests.Apply(test.Identifier, Evaluate(test.Target, scope), Evaluate(test.Arguments, scope), work)),
            Expression.Not not => FlagValue.Of(!Evaluate(not.Operand, scope).IsTrue),
            Expression.Sign sign => EvaluateSign(sign, scope),
            Expression.Logical logical => EvaluateLogical(logical, scope),
            Expression.Arithmetic sum => Operations.Apply(sum.Operator, Evaluate(sum.Left, scope), Evaluate(sum.Right, scope), work),
            Expression.Concatenation joined => EvaluateConcatenation(joined, scope),
            Expression.Comparison comparison => EvaluateComparison(comparison, scope),
            Expression.Conditional conditional => EvaluateConditional(conditional, scope),
            _ => throw new UnreachableException(),
        };
    }

    private TemplateValue[] Evaluate(IReadOnlyList<Expression> expressions, Scope scope)
    {
        work.MakeItems(expressions.Count);
        return [.. expressions.Select(e => Evaluate(e, scope))];
    }

    private Arguments Evaluate(CallArguments arguments, Scope scope) => arguments.Positional.IsEmpty && arguments.Named.IsEmpty
        ? Arguments.None
        : new Arguments(Evaluate(arguments.Positional, scope), [.. arguments.Named.Select(n => (n.Name, Evaluate(n.Value, scope)))]);

    private MapValue EvaluateMap(Expression.MapOf map, Scope scope)
    {
        var entries = new OrderedDictionary<string, TemplateValue>(StringComparer.Ordinal);
        var isPlain = false;
        foreach (var (keyExpression, valueExpression) in map.Entries)
        {
            var key = Evaluate(keyExpression, scope) as TextValue ?? throw RenderException.Wrong("a dictionary's key must be a string");
            isPlain |= key.Marks is not null;
            entries[key.Value] = Evaluate(valueExpression, scope);
        }

        return new MapValue(entries, isPlain);
    }

    private TemplateValue EvaluateSlice(Expression.Slice slice, Scope scope) => Sequences.Slice(
        Evaluate(slice.Target, scope), Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope) ?? 1, work);

    private long? Bound(Expression? expression, Scope scope)
    {
        if (expression is null || Evaluate(expression, scope) is not { } value || value is NoneValue)
        {
            return null;
        }

        return Operations.ToWhole(value) ?? throw RenderException.Wrong($"a slice is bounded by integers, not by {value.Kind}");
    }

    private TemplateValue EvaluateCall(Expression.Call call, Scope scope) => Evaluate(call.Target, scope) switch
    {
        FunctionValue function => function.Call(Evaluate(call.Arguments, scope)),
        UndefinedValue undefined => throw RenderException.Wrong($"'{undefined.Name}' is undefined, and cannot be called"),
        var other => throw RenderException.Wrong($"{other.Kind} cannot be called"),
    };

    private TemplateValue EvaluateSign(Expression.Sign sign, Scope scope)
    {
        var value = Evaluate(sign.Operand, scope);
        return sign.IsNegative ? Operations.Apply("-", new WholeValue(0), value, work) : Operations.Apply("+", new WholeValue(0), value, work);
    }

    private TemplateValue EvaluateLogical(Expression.Logical logical, Scope scope)
    {
        var left = Evaluate(logical.Left, scope);
        return left.IsTrue == logical.IsAnd ? Evaluate(logical.Right, scope) : left;
    }

    private TextValue EvaluateConcatenation(Expression.Concatenation joined, Scope scope) =>
        TextOperations.Join(TextValue.Empty, joined.Parts.Select(p => PythonText.Of(Evaluate(p, scope), work)), work);

    private FlagValue EvaluateComparison(Expression.Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (symbol, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            var holds = symbol switch
            {
                "==" => Operations.AreEqual(left, right, work),
                "!=" => !Operations.AreEqual(left, right, work),
                "in" => Operations.Contains(right, left, work),
                "not in" => !Operations.Contains(right, left, work),
                "<" => Operations.Compare(left, right, work) < 0,
                "<=" => Operations.Compare(left, right, work) <= 0,
                ">" => Operations.Compare(left, right, work) > 0,
                ">=" => Operations.Compare(left, right, work) >= 0,
                _ => throw new UnreachableException(),
            };

            if (!holds)
            {
                return FlagValue.False;
            }

            left = right;
        }

        return FlagValue.True;
    }

    private TemplateValue EvaluateConditional(Expression.Conditional conditional, Scope scope)
    {
        if (Evaluate(conditional.Condition, scope).IsTrue)
        {
            return Evaluate(conditional.Then, scope);
        }

        return conditional.Otherwise is null ? new UndefinedValue("the other branch") : Evaluate(conditional.Otherwise, scope);
    }
}

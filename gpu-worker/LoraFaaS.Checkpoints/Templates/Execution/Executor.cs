using System.Collections.Immutable;
using System.Diagnostics;
using LoraFaaS.Checkpoints.Templates.Syntax;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Runs statements, writing what they output.</summary>
internal sealed class Executor(Work work)
{
    private readonly Evaluator _evaluator = new(work);

    public Flow Run(ImmutableArray<Statement> body, Scope scope, TextBuilder output)
    {
        foreach (var statement in body)
        {
            if (Run(statement, scope, output) is not Flow.Next and var flow)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Run(Statement statement, Scope scope, TextBuilder output)
    {
        work.Step();
        switch (statement)
        {
            case Statement.Data data:
                Write(data.Text, output);
                return Flow.Next;

            case Statement.Output expression:
                Write(PythonText.Of(_evaluator.Evaluate(expression.Value, scope), work), output);
                return Flow.Next;

            case Statement.If condition:
                return RunIf(condition, scope, output);

            case Statement.For loop:
                RunFor(loop, scope, output);
                return Flow.Next;

            case Statement.Set set:
                Assign(set.Targets, _evaluator.Evaluate(set.Value, scope), scope);
                return Flow.Next;

            case Statement.SetMember set:
                SetMember(set, scope);
                return Flow.Next;

            case Statement.SetBlock block:
                var captured = new TextBuilder();
                Run(block.Body, new Scope(scope), captured);
                scope.Set(block.Target, captured.ToText());
                return Flow.Next;

            case Statement.Macro macro:
                scope.Set(macro.Name, new FunctionValue(macro.Name, arguments => CallMacro(macro, arguments, scope)));
                return Flow.Next;

            case Statement.Block block:
                return Run(block.Body, scope, output);

            case Statement.Break:
                return Flow.Break;

            case Statement.Continue:
                return Flow.Continue;

            default:
                throw new UnreachableException();
        }
    }

    private void Write(TextValue text, TextBuilder output)
    {
        work.Make(text.Value.Length);
        output.Append(text);
    }

    private Flow RunIf(Statement.If statement, Scope scope, TextBuilder output)
    {
        foreach (var (condition, body) in statement.Branches)
        {
            if (_evaluator.Evaluate(condition, scope).IsTrue)
            {
                return Run(body, scope, output);
            }
        }

        return Run(statement.Otherwise, scope, output);
    }

    private void RunFor(Statement.For loop, Scope scope, TextBuilder output)
    {
        var items = Sequences.Items(_evaluator.Evaluate(loop.Source, scope), work);
        if (loop.Condition is not null)
        {
            items = [.. items.Where(item => Passes(loop, item, scope))];
        }

        if (items.Count == 0)
        {
            Run(loop.Otherwise, new Scope(scope), output);
            return;
        }

        for (var i = 0; i < items.Count; i++)
        {
            work.Step();
            var inner = new Scope(scope);
            inner.Set("loop", new LoopValue(items, i));
            Assign(loop.Targets, items[i], inner);
            if (Run(loop.Body, inner, output) is Flow.Break)
            {
                return;
            }
        }
    }

    private bool Passes(Statement.For loop, TemplateValue item, Scope scope)
    {
        var inner = new Scope(scope);
        Assign(loop.Targets, item, inner);
        return _evaluator.Evaluate(loop.Condition!, inner).IsTrue;
    }

    private static void Assign(ImmutableArray<string> targets, TemplateValue value, Scope scope)
    {
        if (targets.Length == 1)
        {
            scope.Set(targets[0], value);
            return;
        }

        if (value is not ListValue list || list.Items.Count != targets.Length)
        {
            throw RenderException.Wrong($"{targets.Length} values were due to unpack");
        }

        for (var i = 0; i < targets.Length; i++)
        {
            scope.Set(targets[i], list.Items[i]);
        }
    }

    private void SetMember(Statement.SetMember set, Scope scope)
    {
        var value = _evaluator.Evaluate(set.Value, scope);
        if (scope.Find(set.Target) is not NamespaceValue space)
        {
            throw RenderException.Wrong($"'{set.Target}' is not a namespace, and its members cannot be set");
        }

        space.Members[set.Member] = value;
    }

    private TextValue CallMacro(Statement.Macro macro, Arguments arguments, Scope defined)
    {
        if (arguments.Count > macro.Parameters.Length)
        {
            throw RenderException.Wrong($"the macro '{macro.Name}' takes {macro.Parameters.Length} arguments");
        }

        work.Enter();
        var scope = new Scope(defined);
        for (var i = 0; i < macro.Parameters.Length; i++)
        {
            var (name, otherwise) = macro.Parameters[i];
            scope.Set(name, arguments.Find(i, name)
                ?? (otherwise is null ? new UndefinedValue(name) : _evaluator.Evaluate(otherwise, scope)));
        }

        var output = new TextBuilder();
        Run(macro.Body, scope, output);
        work.Leave();
        return output.ToText();
    }
}

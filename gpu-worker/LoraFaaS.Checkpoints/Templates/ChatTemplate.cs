using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Templates.Execution;
using LoraFaaS.Checkpoints.Templates.Syntax;
using LoraFaaS.Checkpoints.Templates.Values;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Checkpoints.Templates;

/// <summary>
/// A chat template: the part of Jinja that published templates use, run as transformers runs it (trim_blocks, lstrip_blocks,
/// tojson without HTML escapes, no way to change its input). Compiled once, rendered by many threads; each rendering is bounded.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>The longest published templates are about 30 kB.</summary>
    private const int MaxLength = 1 << 20;

    private readonly ImmutableArray<Statement> _body;

    private ChatTemplate(ImmutableArray<Statement> body) => _body = body;

    public static Reading<ChatTemplate> Compile(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Length > MaxLength
            ? Reading.Refuse<ChatTemplate>(TemplateSyntax.Field, $"is {source.Length} characters long; the limit is {MaxLength}")
            : Reading.Capture(TemplateSyntax.Field, () => new ChatTemplate(TemplateParser.Parse(source)));
    }

    /// <param name="tokens">The special tokens that templates know by name (bos_token, eos_token).</param>
    /// <param name="now">What strftime_now tells.</param>
    public ChatRendering Render(ChatConversation conversation, TokenizerConfig tokens, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        ArgumentNullException.ThrowIfNull(tokens);

        var scope = new Scope(null);
        try
        {
            ConversationValues.Define(scope, conversation, tokens);
        }
        catch (RefusedException refused)
        {
            return new ChatRendering.Refused(refused.Why.ToString());
        }

        return Render(scope, now);
    }

    internal ChatRendering Render(Scope variables, DateTimeOffset now)
    {
        var work = new Work();
        var globals = new Scope(null);
        Globals.Define(globals, now, work);
        variables.CopyTo(globals);

        try
        {
            var output = new TextBuilder();
            new Executor(work).Run(_body, globals, output);
            return new ChatRendering.Rendered(output.ToMarkedText());
        }
        catch (RenderException ended)
        {
            return ended.Fault is RenderFault.Raised
                ? new ChatRendering.Refused(ended.Message)
                : new ChatRendering.Failed($"the chat template {(ended.Fault is RenderFault.TooMuch ? ended.Message : $"went wrong: {ended.Message}")}");
        }
    }
}

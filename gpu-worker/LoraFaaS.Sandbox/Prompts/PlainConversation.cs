using LoraFaaS.Checkpoints.Templates;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>
/// A conversation in what every chat template knows: user and assistant in turns, the user first. Templates of models that were not trained on tools, or on system prompts, refuse the message
/// lists that OpenAI's clients send; the caller can neither see the template nor change what the client sends.
/// </summary>
internal static class PlainConversation
{
    private const string System = "system";
    private const string User = "user";
    private const string Assistant = "assistant";

    /// <summary>Ways to say it with ever fewer roles; those that change nothing are left out.</summary>
    public static IEnumerable<IReadOnlyList<ChatMessage>> Of(IReadOnlyList<ChatMessage> messages)
    {
        var last = messages;

        foreach (var plain in (IReadOnlyList<ChatMessage>[])[InTurns(messages, keepsSystem: true), InTurns(messages, keepsSystem: false)])
        {
            if (!plain.SequenceEqual(last))
            {
                yield return last = plain;
            }
        }
    }

    /// <summary>Tools answer as the user does, in text; calls are told as the JSON that they were; neighbours of one role are joined.</summary>
    private static List<ChatMessage> InTurns(IReadOnlyList<ChatMessage> messages, bool keepsSystem)
    {
        var turns = new List<ChatMessage>();

        foreach (var message in messages)
        {
            var role = message.Role switch
            {
                Assistant => Assistant,
                System when keepsSystem && turns.TrueForAll(turn => turn.Role == System) => System,
                _ => User,
            };

            // An assistant cannot begin: what it was asked is not known.
            if (role == Assistant && turns.TrueForAll(turn => turn.Role == System))
            {
                turns.Add(new ChatMessage { Role = User, Content = "" });
            }

            var text = TextOf(message);

            if (turns is [.., var before] && before.Role == role)
            {
                turns[^1] = before with { Content = Joined(before.Content!, text) };
            }
            else
            {
                turns.Add(new ChatMessage { Role = role, Content = text });
            }
        }

        if (turns.TrueForAll(turn => turn.Role == System))
        {
            turns.Add(new ChatMessage { Role = User, Content = "" });
        }

        return turns;
    }

    private static string TextOf(ChatMessage message) => Joined(message.Content ?? "", message.ToolCallsJson ?? "");

    private static string Joined(string one, string other) => one.Length == 0 || other.Length == 0 ? one + other : $"{one}\n{other}";
}

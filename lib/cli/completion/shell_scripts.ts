/** The shells whose Tab is known. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** The command that answers the shells, which no help shows. */
export const ANSWER_COMMAND = "complete-words";

/** What stands for names of files and of directories, which the shell completes itself. */
export const PATH_MARKS = { files: ":files", directories: ":directories" } as const;

const ASK = `torcon ${ANSWER_COMMAND} --`;

const HEAD = "# Completes `torcon`: it asks the command itself, which asks no Tor.";

/**
 * What each shell reads to complete `torcon`: it hands over the words up to the cursor, and gets a line for each
 * word that may stand there, with a tab and what it is. Nothing that is typed is evaluated.
 */
export const SHELL_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `${HEAD}
_torcon() {
  local value about
  COMPREPLY=()
  while IFS=$'\\t' read -r value about; do
    case $value in
      ${PATH_MARKS.files}) compopt -o default ;;
      ${PATH_MARKS.directories}) compopt -o dirnames -o filenames ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <(${ASK} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case "\${COMPREPLY[*]}" in
    *[/=]) compopt -o nospace ;;
  esac
}
complete -F _torcon torcon
`,
  zsh: `#compdef torcon
${HEAD}
_torcon() {
  local line
  local -a values texts
  for line in "\${(@f)$(${ASK} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      ${PATH_MARKS.files}) compset -P 1 '--*='; _files; return ;;
      ${PATH_MARKS.directories}) compset -P 1 '--*='; _files -/; return ;;
      ?*) values+=("\${line%%$'\\t'*}"); texts+=("\${line/$'\\t'/  -- }") ;;
    esac
  done
  if (( \${#values} == 1 )) && [[ $values[1] == *[/=] ]]; then
    compadd -U -S '' -- $values
  else
    compadd -U -l -d texts -- $values
  fi
}
if [[ \${funcstack[1]} == _torcon ]]; then
  _torcon "$@"
else
  compdef _torcon torcon
fi
`,
  fish: `${HEAD}
function __torcon_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -e words[1]
    set -l typed (commandline --current-token --cut-at-cursor)
    set -l lines (${ASK} $words "$typed" 2>/dev/null)
    # Of \`--file=NAME\` fish completes the name alone.
    set -l option (string match --regex -- '^--[^=]*=' "$typed")
    set -l name (string replace --regex -- '^--[^=]*=' '' "$typed")
    switch "$lines[1]"
        case ${PATH_MARKS.files}
            __fish_complete_path "$name" | string replace --regex -- '^' "$option"
        case ${PATH_MARKS.directories}
            __fish_complete_directories "$name" '' | string replace --regex -- '^' "$option"
        case '*'
            string join -- \\n $lines
    end
end
complete --command torcon --no-files --arguments '(__torcon_complete)'
`,
};

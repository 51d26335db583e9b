/* Evaluates a compiled model: a fitted pipeline flattened into one file (serin.serving.compiled.layout writes down the
 * format, serin.learning.compiling makes such files).
 *
 * The file is a list of operations on slots. A slot is one number for each row; an operation reads slots that were
 * written before it and writes the next ones, so the list is evaluated from the front to the back, without a jump.
 * Rows go through it a block at a time, so that a block's slots stay in the fastest memory.
 *
 * Nothing is allocated, nothing is called but what is here (an own `exp`: the same bits on every machine), and nothing
 * is believed: `serin_check` follows every number of a file that could lead out of it. The other functions must only
 * be given files that it accepted. No contraction to fused multiplications, no reordering: the compiler is told so.
 */
#include <stdint.h>

#define MAGIC 0x4c444d4e49524553ull /* "SERINMDL" */
#define VERSION 2
#define BLOCK 64
#define MOST_SLOTS 65536
#define MOST_INPUTS 65536

typedef struct {
  uint64_t magic;
  uint32_t version, inputs, slots, outputs;
  int64_t ints, doubles, nodes, text; /* lengths; of the text in bytes */
  int64_t leaves;                     /* trees whose leaf can be asked for */
} Header;

/* `split`: slot << 3 | LEAF | CATEGORY | MISSING_LEFT. `next`: the left child, and the right one behind it; the number
 * of the leaf. A category's `threshold` is the place of its 256 bits among the ints. */
typedef struct {
  double threshold;
  int32_t split, next;
} Node;

enum { MISSING_LEFT = 1, CATEGORY = 2, LEAF = 4 };

enum Operation {
  NUMBER = 1, CODE, CODED, TABLE, FILL, MISSING, SCALED, SPREAD, CLIP, FINITE, SINGLE, LINEAR, TREES,
  EXPIT, EXP, SOFTMAX, REST, SHARE, BENT, MEAN, CAPPED, CONSTANT, ANSWER
};

/* Why a row has no answer: as scikit-learn refuses it. */
enum { NOT_FINITE = 1, UNKNOWN_CATEGORY = 2 };

typedef struct {
  const Header *header;
  const int32_t *ints;
  const double *doubles;
  const Node *nodes;
} File;

/* One operation as it stands among the ints: code, how many are read, written and given, then the slots, then the
 * parameters. */
typedef struct {
  int32_t code, reads, writes, given;
  const int32_t *in, *par;
} Op;

static int64_t padded(int64_t bytes) { return (bytes + 7) & ~(int64_t)7; }

static File opened(const void *bytes) {
  const Header *header = bytes;
  const char *at = (const char *)(header + 1);
  File file = {header, (const int32_t *)at, 0, 0};
  at += padded(header->ints * 4);
  file.doubles = (const double *)at;
  file.nodes = (const Node *)(at + header->doubles * 8);
  return file;
}

static Op op_at(const File *file, int64_t at) {
  const int32_t *head = file->ints + at;
  Op op = {head[0], head[1], head[2], head[3], head + 4, head + 4 + head[1]};
  return op;
}

/* ---- checking ------------------------------------------------------------------------------------------------- */

/* How many slots an operation reads, writes, and how many parameters it is given; -1 is any number but none. */
static const struct { int8_t reads, writes, given; } SHAPES[ANSWER + 1] = {
  [NUMBER] = {0, 1, 1}, [CODE] = {0, 1, 2}, [CODED] = {1, 1, 2}, [TABLE] = {1, 1, 2}, [FILL] = {1, 1, 1},
  [MISSING] = {1, 1, 1}, [SCALED] = {1, 1, 1}, [SPREAD] = {1, 1, 1}, [CLIP] = {1, 1, 1}, [FINITE] = {1, 1, 1},
  [SINGLE] = {1, 1, 1}, [LINEAR] = {-1, 1, 1}, [TREES] = {0, -1, -1}, [EXPIT] = {1, 1, 0}, [EXP] = {1, 1, 0},
  [SOFTMAX] = {-1, -1, 0}, [REST] = {1, 1, 0}, [SHARE] = {-1, -1, 0}, [BENT] = {1, 1, 2}, [MEAN] = {-1, 1, 0},
  [CAPPED] = {1, 1, 0}, [CONSTANT] = {0, 1, 1}, [ANSWER] = {-1, 0, 0},
};

static int fits(int8_t shape, int32_t count) { return shape < 0 ? count > 0 : count == shape; }

static int inside(int64_t at, int64_t count, int64_t length) {
  return at >= 0 && count >= 0 && at <= length && count <= length - at;
}

/* TREES: mean?, leaf values' width, their place, leaves, where the sums begin, first node, nodes, the place of how much
 * each node has learnt from, then (root, output) for each tree. */
enum { IS_MEAN, WIDTH, VALUES, LEAVES, START, FIRST, NODES, COVERS, ROOTS };

static int node_is_sound(const File *file, const Op *op, int64_t index, int64_t slots) {
  const Node *node = file->nodes + op->par[FIRST] + index;
  if (node->split < 0) return 0;
  if (node->split & LEAF) return node->next >= 0 && node->next < op->par[LEAVES];
  /* Children lie behind their parent: every walk ends. */
  if (node->next <= index || !inside(node->next, 2, op->par[NODES])) return 0;
  if ((node->split >> 3) >= slots) return 0;
  if (!(node->split & CATEGORY)) return 1;
  double at = node->threshold;
  return at >= 0 && at < 2147483647.0 && inside((int64_t)at, 8, file->header->ints);
}

static int trees_are_sound(const File *file, const Op *op, int64_t slots) {
  const int32_t *par = op->par;
  if (op->given < ROOTS + 2 || (op->given - ROOTS) % 2 || par[WIDTH] < 1 || par[WIDTH] > op->writes) return 0;
  if (par[LEAVES] < 1 || !inside(par[VALUES], (int64_t)par[LEAVES] * par[WIDTH], file->header->doubles)) return 0;
  if (!inside(par[START], op->writes, file->header->doubles)) return 0;
  if (par[NODES] < 1 || !inside(par[FIRST], par[NODES], file->header->nodes)) return 0;
  if (!inside(par[COVERS], par[NODES], file->header->doubles)) return 0;
  for (int32_t i = ROOTS; i < op->given; i += 2) {
    if (par[i] < 0 || par[i] >= par[NODES] || !inside(par[i + 1], par[WIDTH], op->writes)) return 0;
  }
  for (int64_t i = 0; i < par[NODES]; i++) {
    if (!node_is_sound(file, op, i, slots)) return 0;
  }
  return 1;
}

static int parameters_are_sound(const File *file, const Op *op, int64_t slots) {
  const int32_t *par = op->par;
  int64_t doubles = file->header->doubles;
  switch (op->code) {
    case NUMBER: return par[0] >= 0 && (uint32_t)par[0] < file->header->inputs;
    case CODE: return par[0] >= 0 && (uint32_t)par[0] < file->header->inputs && par[1] >= 0;
    case CODED: return inside(par[0], par[1], doubles);
    case TABLE: return par[1] >= 2 && inside(par[0], par[1], doubles);
    case FILL: case SCALED: case SPREAD: case CLIP: return inside(par[0], 2, doubles);
    case MISSING: case CONSTANT: return inside(par[0], 1, doubles);
    case LINEAR: return inside(par[0], (int64_t)op->reads + 1, doubles);
    case BENT: return par[1] >= 1 && inside(par[0], (int64_t)par[1] * 2, doubles);
    case SOFTMAX: case SHARE: return op->reads == op->writes;
    case ANSWER: return (uint32_t)op->reads == file->header->outputs;
    case TREES: return trees_are_sound(file, op, slots);
    default: return 1;
  }
}

static int operations_are_sound(const File *file) {
  int64_t at = 0, slots = 0, trees = 0, length = file->header->ints;
  while (inside(at, 4, length)) {
    Op op = op_at(file, at);
    if (op.code < 1 || op.code > ANSWER || !fits(SHAPES[op.code].reads, op.reads)) return 0;
    if (!fits(SHAPES[op.code].writes, op.writes) || !fits(SHAPES[op.code].given, op.given)) return 0;
    if (!inside(at + 4, (int64_t)op.reads + op.given, length) || op.writes > MOST_SLOTS) return 0;
    for (int32_t i = 0; i < op.reads; i++) {
      if (op.in[i] < 0 || op.in[i] >= slots) return 0;
    }
    if (!parameters_are_sound(file, &op, slots)) return 0;
    if (op.code == TREES) trees += (op.given - ROOTS) / 2;
    if (op.code == ANSWER) return slots == file->header->slots && trees == file->header->leaves;
    slots += op.writes;
    if (slots > file->header->slots) return 0;
    at += 4 + (int64_t)op.reads + op.given;
  }
  return 0;
}

/* 0 when all of a file of `size` bytes may be evaluated; otherwise 1, not such a file, 2, of another version, 3, its
 * parts are not as long as it says, or 4, an operation is not sound. `bytes` lie at a multiple of 8. */
int32_t serin_check(const void *bytes, int64_t size) {
  const Header *header = bytes;
  if (size < (int64_t)sizeof(Header) || header->magic != MAGIC) return 1;
  if (header->version != VERSION) return 2;
  if (header->slots > MOST_SLOTS || header->inputs > MOST_INPUTS || header->outputs > MOST_SLOTS) return 3;
  int64_t left = size - (int64_t)sizeof(Header);
  const int64_t lengths[4] = {header->ints, header->doubles, header->nodes, header->text};
  const int64_t widths[4] = {4, 8, (int64_t)sizeof(Node), 1};
  for (int i = 0; i < 4; i++) {
    if (lengths[i] < 0 || lengths[i] > left / widths[i]) return 3;
    left -= padded(lengths[i] * widths[i]);
  }
  if (left != 0) return 3;
  File file = opened(bytes);
  return operations_are_sound(&file) ? 0 : 4;
}

/* ---- arithmetic ----------------------------------------------------------------------------------------------- */

static int is_nan(double x) { return x != x; }

static int is_finite(double x) { return x - x == 0; }

/* Error below one unit in the last place; the method and its constants are those of FreeBSD's e_exp.c, which is
 * Copyright (C) 1993 by Sun Microsystems, Inc.; permission to use, copy, modify and distribute it is freely granted. */
static double exponential(double x) {
  if (is_nan(x)) return x;
  if (x > 709.782712893383973096) return __builtin_inf();
  if (x < -745.13321910194110842) return 0;
  int32_t k = (int32_t)(x * 1.44269504088896338700 + (x < 0 ? -0.5 : 0.5));
  double high = x - k * 6.93147180369123816490e-01, low = k * 1.90821492927058770002e-10;
  double r = high - low, t = r * r;
  double c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * (6.61375632143793436117e-05
             + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  double y = 1.0 + (r * c / (2.0 - c) - low + high);
  /* In two steps, for the ends of the range. */
  int32_t half = k / 2;
  union { uint64_t bits; double value; } a = {(uint64_t)(1023 + half) << 52}, b = {(uint64_t)(1023 + k - half) << 52};
  return y * a.value * b.value;
}

static double expit(double x) { return 1.0 / (1.0 + exponential(-x)); }

/* Where `x` stands among `count` ascending values; -1 when it is none of them. */
static double code_of(const double *values, int32_t count, double x) {
  int32_t low = 0, high = count;
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (values[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low < count && values[low] == x ? low : -1;
}

/* Straight lines between the points (xs, ys); the ends beyond them. */
static double bent(const double *points, int32_t count, double x) {
  const double *xs = points, *ys = points + count;
  if (is_nan(x)) return x;
  if (x <= xs[0]) return ys[0];
  if (x >= xs[count - 1]) return ys[count - 1];
  int32_t low = 0, high = count - 1; /* xs[low] < x <= xs[high] */
  while (high - low > 1) {
    int32_t middle = low + (high - low) / 2;
    if (xs[middle] < x) low = middle;
    else high = middle;
  }
  return (ys[high] - ys[low]) / (xs[high] - xs[low]) * (x - xs[low]) + ys[low];
}

/* ---- trees ---------------------------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) int32_t goes_right(const File *file, const Node *node, double x) {
  if (__builtin_expect(node->split & CATEGORY, 0)) {
    if (!(x >= 0 && x < 256)) return !(node->split & MISSING_LEFT);
    int32_t category = (int32_t)x;
    const int32_t *bits = file->ints + (int64_t)node->threshold;
    return !(((uint32_t)bits[category >> 5] >> (category & 31)) & 1);
  }
  return (x > node->threshold) | (is_nan(x) & !(node->split & MISSING_LEFT));
}

/* The leaf one row ends in; `row` is its place in the first slot, `block` the distance of two slots. */
static inline __attribute__((always_inline)) int32_t leaf_of(
    const File *file, const Node *nodes, int32_t root, const double *row, int64_t block) {
  const Node *node = nodes + root;
  while (!(node->split & LEAF)) node = nodes + node->next + goes_right(file, node, row[(node->split >> 3) * block]);
  return node->next;
}

/* Four rows at once: while one waits for memory, the others go on. Who has arrived waits in his leaf. */
static inline __attribute__((always_inline)) void leaves_of_four(
    const File *file, const Node *nodes, int32_t root, const double *row, int64_t block, int32_t *leaves) {
  const Node *at[4] = {nodes + root, nodes + root, nodes + root, nodes + root};
  int32_t walking = 4;
  while (walking) {
    walking = 0;
    for (int i = 0; i < 4; i++) {
      if (at[i]->split & LEAF) continue;
      at[i] = nodes + at[i]->next + goes_right(file, at[i], row[(at[i]->split >> 3) * block + i]);
      walking = 1;
    }
  }
  for (int i = 0; i < 4; i++) leaves[i] = at[i]->next;
}

static inline __attribute__((always_inline)) void trees(
    const File *file, const Op *op, double *slots, double *out, int64_t rows, int64_t block, int32_t *leaves,
    int64_t stride) {
  const int32_t *par = op->par;
  const Node *nodes = file->nodes + par[FIRST];
  const double *values = file->doubles + par[VALUES], *start = file->doubles + par[START];
  int32_t width = par[WIDTH], found[BLOCK], count = (op->given - ROOTS) / 2;
  for (int32_t j = 0; j < op->writes; j++)
    for (int64_t r = 0; r < rows; r++) out[j * block + r] = start[j];
  for (int32_t tree = 0; tree < count; tree++) {
    int32_t root = par[ROOTS + 2 * tree];
    double *sum = out + par[ROOTS + 2 * tree + 1] * block;
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4) leaves_of_four(file, nodes, root, slots + r, block, found + r);
    for (; r < rows; r++) found[r] = leaf_of(file, nodes, root, slots + r, block);
    for (r = 0; r < rows; r++)
      for (int32_t j = 0; j < width; j++) sum[j * block + r] += values[(int64_t)found[r] * width + j];
    for (r = 0; leaves && r < rows; r++) leaves[r * stride + tree] = found[r];
  }
  if (!par[IS_MEAN]) return;
  for (int32_t j = 0; j < op->writes; j++)
    for (int64_t r = 0; r < rows; r++) out[j * block + r] /= count;
}

/* ---- operations ----------------------------------------------------------------------------------------------- */

/* Rows as they come: value (row, input) lies at values[row * of_row + input * of_input]. */
typedef struct {
  const double *values;
  int64_t of_row, of_input;
} Rows;

#define EACH for (int64_t r = 0; r < rows; r++)
#define READ(i) (slots + (int64_t)op->in[i] * block)

static inline __attribute__((always_inline)) void of_several(
    const File *file, const Op *op, double *slots, double *out, int64_t rows, int64_t block) {
  int32_t reads = op->reads;
  if (op->code == LINEAR) { /* a slot after the other: each row adds up in the same order, and many rows at once */
    const double *d = file->doubles + op->par[0];
    EACH out[r] = 0;
    for (int32_t i = 0; i < reads; i++) {
      double weight = d[i];
      EACH out[r] += READ(i)[r] * weight;
    }
    EACH out[r] += d[reads];
    return;
  }
  EACH {
    double sum = 0, most = -__builtin_inf();
    switch (op->code) {
      case MEAN:
        for (int32_t i = 0; i < reads; i++) sum += READ(i)[r];
        out[r] = sum / reads;
        break;
      case SHARE: /* of nothing, all have the same */
        for (int32_t i = 0; i < reads; i++) sum += READ(i)[r];
        for (int32_t i = 0; i < reads; i++) out[i * block + r] = sum == 0 ? 1.0 / reads : READ(i)[r] / sum;
        break;
      default: /* SOFTMAX */
        for (int32_t i = 0; i < reads; i++) most = READ(i)[r] > most ? READ(i)[r] : most;
        for (int32_t i = 0; i < reads; i++) sum += out[i * block + r] = exponential(READ(i)[r] - most);
        for (int32_t i = 0; i < reads; i++) out[i * block + r] /= sum;
    }
  }
}

/* Whether none of the numbers is NaN or infinite: their exponents are not all ones, which one more would carry over. */
static inline __attribute__((always_inline)) int are_finite(const double *x, int64_t rows) {
  uint64_t carried = 0;
  EACH {
    union { double value; uint64_t bits; } at = {x[r]};
    carried |= (at.bits & 0x7ff0000000000000ull) + 0x0010000000000000ull;
  }
  return !(carried >> 63);
}

static void refuse(const double *x, int64_t rows, int32_t nulls_pass, uint8_t *refused) {
  EACH if (!is_finite(x[r]) && !(nulls_pass && is_nan(x[r]))) refused[r] |= NOT_FINITE;
}

/* Constants are read once: for all the compiler knows, what is written could be them. */
static inline __attribute__((always_inline)) void of_one(
    const File *file, const Op *op, const double *x, double *restrict out, int64_t rows, uint8_t *refused) {
  const int32_t *par = op->par;
  const double *d = op->given ? file->doubles + par[0] : 0;
  double a = 0, b = 0;
  switch (op->code) {
    case FILL: case SCALED: case SPREAD: case CLIP: b = d[1]; /* fall through */
    case MISSING: a = d[0];
  }
  switch (op->code) {
    case CODED: EACH out[r] = is_nan(x[r]) ? -2 : code_of(d, par[1], x[r]); break;
    case TABLE: /* null, unknown, then the categories; infinity stands for a refusal */
      EACH out[r] = x[r] >= -2 && x[r] < par[1] - 2 ? d[(int32_t)x[r] + 2] : d[1];
      if (are_finite(out, rows)) break;
      EACH if (!is_finite(out[r]) && !is_nan(out[r])) refused[r] |= UNKNOWN_CATEGORY;
      break;
    case FILL:
      if (is_nan(a)) EACH out[r] = is_nan(x[r]) ? b : x[r];
      else EACH out[r] = x[r] == a ? b : x[r];
      break;
    case MISSING:
      if (is_nan(a)) EACH out[r] = is_nan(x[r]);
      else EACH out[r] = x[r] == a;
      break;
    case SCALED: EACH out[r] = (x[r] - a) / b; break;
    case SPREAD: EACH out[r] = x[r] * a + b; break;
    case CLIP: EACH out[r] = x[r] < a ? a : x[r] > b ? b : x[r]; break;
    case FINITE: /* 1: NaN passes */
      EACH out[r] = x[r];
      if (!are_finite(x, rows)) refuse(x, rows, par[0], refused);
      break;
    case SINGLE:
      EACH out[r] = (double)(float)x[r];
      if (!are_finite(out, rows)) refuse(out, rows, par[0], refused);
      break;
    case EXPIT: EACH out[r] = expit(x[r]); break;
    case EXP: EACH out[r] = exponential(x[r]); break;
    case REST: EACH out[r] = 1.0 - x[r]; break;
    case BENT: EACH out[r] = bent(d, par[1], x[r]); break;
    default: EACH out[r] = x[r] > 1.0 && x[r] <= 1.0 + 1e-5 ? 1.0 : x[r]; /* CAPPED */
  }
}

static inline __attribute__((always_inline)) void run(
    const File *file, Rows from, int64_t rows, double *slots, double *scores, uint8_t *refused, int32_t *leaves,
    int64_t block) {
  int64_t at = 0, next = 0, stride = file->header->leaves;
  EACH refused[r] = 0;
  for (;;) {
    Op opened_op = op_at(file, at);
    const Op *op = &opened_op;
    double *out = slots + next * block;
    switch (op->code) {
      case NUMBER: EACH out[r] = from.values[r * from.of_row + op->par[0] * from.of_input]; break;
      case CODE:
        EACH {
          double code = from.values[r * from.of_row + op->par[0] * from.of_input];
          out[r] = code >= -2 && code < op->par[1] ? (double)(int32_t)code : -1;
        }
        break;
      case CONSTANT: EACH out[r] = file->doubles[op->par[0]]; break;
      case TREES:
        trees(file, op, slots, out, rows, block, leaves, stride);
        if (leaves) leaves += (op->given - ROOTS) / 2;
        break;
      case LINEAR: case MEAN: case SHARE: case SOFTMAX: of_several(file, op, slots, out, rows, block); break;
      case ANSWER:
        for (int32_t i = 0; scores && i < op->reads; i++) EACH scores[r * op->reads + i] = READ(i)[r];
        return;
      default: of_one(file, op, READ(0), out, rows, refused);
    }
    next += op->writes;
    at += 4 + (int64_t)op->reads + op->given;
  }
}

/* ---- explaining ----------------------------------------------------------------------------------------------- */

/* Path-dependent TreeSHAP, Lundberg, Erion and Lee: Consistent Individualized Feature Attribution for Tree Ensembles
 * (2018), algorithm 2: a path of the features split by so far, each with the share of its way that is walked where the
 * feature is unknown, whether the row itself walks it, and the weight of the subsets of that size. */
#define DEEPEST 96

typedef struct {
  int64_t slot;
  double unknown, known, weight;
} Step;

/* `values` are the leaves' of one output, `width` doubles apart; `sums` are a sum for each slot. */
typedef struct {
  const File *file;
  const Node *nodes;
  const double *values, *covers, *slots;
  double *sums;
  int64_t width;
} Explained;

static void extend(Step *path, int32_t length, double unknown, double known, int64_t slot) {
  path[length] = (Step){slot, unknown, known, length == 0};
  for (int32_t i = length - 1; i >= 0; i--) {
    path[i + 1].weight += known * path[i].weight * (i + 1) / (length + 1);
    path[i].weight *= unknown * (length - i) / (length + 1);
  }
}

static void unwind(Step *path, int32_t last, int32_t at) {
  double known = path[at].known, unknown = path[at].unknown, next = path[last].weight;
  for (int32_t i = last - 1; i >= 0; i--) {
    if (known != 0) {
      double weight = path[i].weight;
      path[i].weight = next * (last + 1) / ((i + 1) * known);
      next = weight - path[i].weight * unknown * (last - i) / (last + 1);
    } else {
      path[i].weight = path[i].weight * (last + 1) / (unknown * (last - i));
    }
  }
  for (int32_t i = at; i < last; i++) {
    path[i].slot = path[i + 1].slot;
    path[i].unknown = path[i + 1].unknown;
    path[i].known = path[i + 1].known;
  }
}

static double unwound(const Step *path, int32_t last, int32_t at) {
  double known = path[at].known, unknown = path[at].unknown, next = path[last].weight, sum = 0;
  for (int32_t i = last - 1; i >= 0; i--) {
    if (known != 0) {
      double weight = next * (last + 1) / ((i + 1) * known);
      sum += weight;
      next = path[i].weight - weight * unknown * (last - i) / (last + 1);
    } else {
      sum += path[i].weight * (last + 1) / (unknown * (last - i));
    }
  }
  return sum;
}

static void add_leaf(const Explained *about, const Node *leaf, const Step *path, int32_t last) {
  double value = about->values[leaf->next * about->width];
  for (int32_t i = 1; i <= last; i++) {
    about->sums[path[i].slot] += unwound(path, last, i) * (path[i].known - path[i].unknown) * value;
  }
}

static int32_t walk(
    const Explained *about, int32_t index, const Step *before, int32_t last, Step step, int32_t level) {
  Step path[DEEPEST + 2];
  if (level > DEEPEST) return 1;
  for (int32_t i = 0; i < last; i++) path[i] = before[i];
  extend(path, last, step.unknown, step.known, step.slot);
  const Node *node = about->nodes + index;
  if (node->split & LEAF) {
    add_leaf(about, node, path, last);
    return 0;
  }
  int64_t slot = node->split >> 3;
  int32_t taken = node->next + goes_right(about->file, node, about->slots[slot]);
  int32_t other = 2 * node->next + 1 - taken, at = 1;
  double unknown = 1, known = 1;
  while (at <= last && path[at].slot != slot) at++;
  if (at <= last) { /* split by it before: both splits are one step */
    unknown = path[at].unknown;
    known = path[at].known;
    unwind(path, last--, at);
  }
  double cover = about->covers[index];
  Step to_taken = {slot, unknown * about->covers[taken] / cover, known, 0};
  Step to_other = {slot, unknown * about->covers[other] / cover, 0, 0};
  return walk(about, taken, path, last + 1, to_taken, level + 1) || walk(about, other, path, last + 1, to_other, level + 1);
}

/* A split adds what the mean changes by as the row goes on. */
static void by_the_way(const Explained *about, int32_t index, const double *means) {
  const Node *node = about->nodes + index;
  while (!(node->split & LEAF)) {
    int64_t slot = node->split >> 3;
    int32_t next = node->next + goes_right(about->file, node, about->slots[slot]);
    about->sums[slot] += means[next] - means[index];
    node = about->nodes + (index = next);
  }
}

/* The operation that writes a slot, and which of its outputs that is; -1 where there is none. */
static int32_t written_by(const File *file, int64_t slot, Op *op) {
  int64_t at = 0, next = 0;
  for (*op = op_at(file, 0); slot >= 0 && op->code != ANSWER; *op = op_at(file, at)) {
    if (slot < next + op->writes) return (int32_t)(slot - next);
    next += op->writes;
    at += 4 + (int64_t)op->reads + op->given;
  }
  return -1;
}

/* What each slot adds to the sum or mean of trees, or to the line, that writes `slot`: a number for each slot, all 0
 * before. `room` holds the slots of one row, as `serin_score` has left it. With `means`, which `serin_means` has
 * written, it is by the way the row takes and not exact (Saabas: Interpreting random forests, 2014). 0, or 1 where that
 * slot is no such sum, or a tree is too deep. */
int32_t serin_explain(const void *bytes, const double *room, int64_t slot, const double *means, double *sums) {
  File file = opened(bytes);
  Op op;
  int32_t output = written_by(&file, slot, &op);
  if (output < 0 || (op.code != TREES && op.code != LINEAR)) return 1;
  const int32_t *par = op.par;
  if (op.code == LINEAR) {
    const double *weights = file.doubles + par[0];
    for (int32_t i = 0; i < op.reads; i++) sums[op.in[i]] += room[op.in[i]] * weights[i];
    return 0;
  }
  const Node *nodes = file.nodes + par[FIRST];
  Explained about = {&file, nodes, 0, file.doubles + par[COVERS], room, sums, par[WIDTH]};
  Step none = {-1, 1, 1, 0};
  for (int32_t i = ROOTS; i < op.given; i += 2) {
    int32_t place = output - par[i + 1];
    if (place < 0 || place >= par[WIDTH]) continue;
    about.values = file.doubles + par[VALUES] + place;
    if (means) by_the_way(&about, par[i], means + par[FIRST]);
    else if (walk(&about, par[i], 0, 0, none, 0)) return 1;
  }
  for (int64_t i = 0; par[IS_MEAN] && i < file.header->slots; i++) sums[i] /= (op.given - ROOTS) / 2;
  return 0;
}

/* For each node of the trees that write `slot` the mean of that output over what it has learnt from: at the node's place
 * among all of the file's. 0, or 1 where that slot is no sum of trees. */
int32_t serin_means(const void *bytes, int64_t slot, double *means) {
  File file = opened(bytes);
  Op op;
  int32_t output = written_by(&file, slot, &op);
  if (output < 0 || op.code != TREES) return 1;
  const int32_t *par = op.par;
  const Node *nodes = file.nodes + par[FIRST];
  const double *covers = file.doubles + par[COVERS];
  const double *values = file.doubles + par[VALUES] + output % par[WIDTH];
  double *of = means + par[FIRST];
  for (int64_t i = par[NODES] - 1; i >= 0; i--) { /* children lie behind their parent */
    int64_t next = nodes[i].next;
    if (nodes[i].split & LEAF) of[i] = values[next * par[WIDTH]];
    else of[i] = (covers[next] * of[next] + covers[next + 1] * of[next + 1]) / (covers[next] + covers[next + 1]);
  }
  return 0;
}

/* How many doubles `serin_score` needs to work with for so many rows. */
int64_t serin_room(const void *bytes, int64_t rows) {
  return (int64_t)((const Header *)bytes)->slots * (rows == 1 ? 1 : BLOCK);
}

/* Scores of rows, each row's outputs side by side; `refused` says for each row whether and why it has none. Where
 * `leaves` is not null it takes the leaf of every tree; `scores` may then be null. */
void serin_score(
    const void *bytes, const double *values, int64_t of_row, int64_t of_input, int64_t rows, double *room,
    double *scores, uint8_t *refused, int32_t *leaves) {
  File file = opened(bytes);
  Rows from = {values, of_row, of_input};
  if (rows == 1) {
    run(&file, from, 1, room, scores, refused, leaves, 1);
    return;
  }
  for (int64_t done = 0; done < rows; done += BLOCK) {
    int64_t some = rows - done < BLOCK ? rows - done : BLOCK;
    run(&file, from, some, room, scores, refused + done, leaves, BLOCK);
    from.values += some * of_row;
    if (scores) scores += some * file.header->outputs;
    if (leaves) leaves += some * file.header->leaves;
  }
}
